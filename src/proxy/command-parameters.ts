import { decodeXtext, encodeXtext } from '../smtp/xtext.ts'

/** No command of ours is longer; what is longer is not ours. */
const longestArgument = 2048

/** `NAME=value NAME=value` with xtext values; undefined ones are left out. */
export function formatParameters(
  parameters: Readonly<Record<string, string | number | undefined>>,
): string {
  return Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeXtext(String(value))}`)
    .join(' ')
}

/**
 * Reads such a list. Names are compared without case and given in upper case. Undefined for a name
 * not in `known`, a repeated one, a value that is not xtext or hides a control character (it would
 * reach headers and logs), and for a list that is too long.
 */
export function parseParameters<Name extends string>(
  argument: string,
  known: readonly Name[],
): ReadonlyMap<Name, string> | undefined {
  if (argument.length > longestArgument) return undefined
  const result = new Map<Name, string>()
  for (const word of argument.split(' ').filter(Boolean)) {
    const equals = word.indexOf('=')
    const given = word.slice(0, Math.max(equals, 0)).toUpperCase()
    const name = known.find((candidate) => candidate === given)
    const value = decodeXtext(word.slice(equals + 1))
    if (name === undefined || value === undefined || result.has(name)) return undefined
    if (/[\x00-\x1f\x7f]/.test(value)) return undefined
    result.set(name, value)
  }
  return result
}

/** A decimal number from `minimum` to `maximum`, digits only; undefined for anything else. */
export function parseNumber(
  text: string | undefined,
  minimum: number,
  maximum: number,
): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined
  const value = Number(text)
  return value >= minimum && value <= maximum ? value : undefined
}
