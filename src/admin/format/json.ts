import { ByteSize, Flags, HashTable, isList, ShellObject, type Value } from '../values/value.ts'
import { textOf } from '../values/text-of.ts'

/** What JSON.stringify takes. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/**
 * A value for scripts: sizes as bytes, dates in ISO 8601, flags as a list; time spans in their
 * notation, which commands read back. Objects deeper than `depth` become text.
 */
export function toJson(value: Value, depth: number): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : textOf(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof ByteSize) return toJson(value.bytes, depth)
  if (value instanceof Flags) return value.names
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (isList(value)) return value.map((each) => toJson(each, depth))
  const pairs = pairsOf(value)
  if (pairs === undefined || depth < 0) return textOf(value)
  return Object.fromEntries(pairs.map(([name, each]) => [name, toJson(each, depth - 1)]))
}

function pairsOf(value: Value): (readonly [string, Value])[] | undefined {
  if (value instanceof ShellObject) return [...value.properties]
  return value instanceof HashTable ? [...value.entries] : undefined
}
