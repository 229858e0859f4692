import { z } from 'zod'
import { fieldNotations, list } from '../base/setting-fields.ts'

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

/**
 * A set of names as `flags()` reads it; names in `missing` are known to Exchange and refused with
 * the words that the relay does not have them yet.
 */
export const availableFlags = <const Names extends readonly [string, ...string[]]>(
  names: Names,
  missing: readonly string[],
) => {
  const schema = list(
    z
      .string({ error: `must be one of ${names.join(', ')}` })
      .meta({ type: 'string', enum: names })
      .transform((value, context): Names[number] => {
        const wanted = value.trim().toLowerCase()
        const found = names.find((name) => name.toLowerCase() === wanted)
        if (found !== undefined) return found
        const known = missing.find((name) => name.toLowerCase() === wanted)
        context.issues.push({
          code: 'custom',
          input: value,
          message:
            known === undefined
              ? `must be one of ${names.join(', ')}, not "${value}"`
              : `the relay does not have ${known} yet: use ${names.join(', ')}`,
        })
        return z.NEVER
      }),
  ).transform((given): readonly Names[number][] => [...new Set(given)])
  fieldNotations.add(schema, { notation: { kind: 'flags', names } })
  return schema
}
