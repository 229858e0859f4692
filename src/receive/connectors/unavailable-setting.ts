import { z } from 'zod'
import { type IdleNames, fieldNotations, list } from '../../base/setting-fields.ts'

/**
 * A parameter of Exchange's that the relay does not have yet. It may stand in a file with its
 * inactive value, or the one that it has in Exchange by itself, so that settings taken over from there load;
 * any other value is refused by name.
 */
export const unavailable = (inactive: string, byDefault = inactive) => {
  const schema = z
    .unknown()
    .transform((value, context): undefined => {
      const given = (Array.isArray(value) ? value : [value]).map(String).join(',')
      const plain = value === null ? '' : given.trim().replace(/^\$/, '')
      const idle = [inactive, byDefault].map((word) => word.toLowerCase())
      if (idle.includes(plain.toLowerCase())) return undefined
      const name = inactive === '' ? 'empty' : inactive
      context.issues.push({
        code: 'custom',
        input: value,
        message: `the relay does not have this yet: leave it out or set it to ${name}`,
      })
      return z.NEVER
    })
    .optional()
  fieldNotations.add(schema, { notation: { kind: 'unavailable', inactive } })
  return schema
}

/** Names of Exchange's that a set may not have here, and those that it may have beside others, to no effect. */
interface ForeignNames {
  readonly missing?: readonly string[]
  readonly idle?: IdleNames
}

/**
 * A set of names as `flags()` reads it. Names in `missing` are known to Exchange and refused with the words
 * that the relay does not have them yet; those in `idle` are left out, and refused where they are all there is.
 */
export const availableFlags = <const Names extends readonly [string, ...string[]]>(
  names: Names,
  { missing = [], idle }: ForeignNames = {},
) => {
  const lacking = (name: string) => `the relay does not have ${name} yet: use ${names.join(', ')}`
  const schema = list(
    z
      .string({ error: `must be one of ${names.join(', ')}` })
      .meta({ type: 'string', enum: [...names, ...(idle?.names ?? [])] })
      .transform((value, context): Names[number] | undefined => {
        const wanted = value.trim().toLowerCase()
        const isWanted = (name: string) => name.toLowerCase() === wanted
        const found = names.find(isWanted)
        if (found !== undefined || idle?.names.some(isWanted) === true) return found
        const known = missing.find(isWanted)
        const message =
          known === undefined
            ? `must be one of ${names.join(', ')}, not "${value}"`
            : lacking(known)
        context.issues.push({ code: 'custom', input: value, message })
        return z.NEVER
      }),
  ).transform((given, context): readonly Names[number][] => {
    const kept = given.filter((name) => name !== undefined)
    if (kept.length === 0 && given.length > 0) {
      const message = lacking(idle?.names.join(', ') ?? '')
      context.issues.push({ code: 'custom', input: given, message })
    }
    return [...new Set(kept)]
  })
  fieldNotations.add(schema, { notation: { kind: 'flags', names, ...(idle && { idle }) } })
  return schema
}
