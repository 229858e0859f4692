import { z } from 'zod'
import { type Bytes, parseByteSize } from './byte-size.ts'
import { type IpRange, parseIpRange } from './ip-range.ts'
import { type Milliseconds, formatTimeSpan, parseTimeSpan } from './time-span.ts'

/**
 * Fields of settings in Exchange's notation. A field reads what a YAML file or a cmdlet gives (text,
 * number, true or false, a list or Exchange's comma form) and gives the typed value; what does not
 * fit is an issue that says what would.
 */

type JsonSchema = Readonly<Record<string, unknown>>

/** What an editor should know of a field, as JSON Schema; made on demand. See config/json-schema.ts. */
export const fieldJsonSchemas = z.registry<{ readonly jsonSchema: () => JsonSchema }>()

/** How the values of a field are written, for those that write settings and ask for them. */
export type Notation =
  | { readonly kind: 'text' | 'flag' | 'timeSpan' }
  | { readonly kind: 'count' | 'byteSize'; readonly unlimited: boolean }
  | { readonly kind: 'oneOf'; readonly names: readonly string[] }
  | { readonly kind: 'flags'; readonly names: readonly string[]; readonly idle?: IdleNames }
  | { readonly kind: 'list'; readonly item: ItemNotation }
  /** May stand with its inactive value only. */
  | { readonly kind: 'unavailable'; readonly inactive: string }

/** Names of a set that Exchange has by itself and that have no effect here, and why. */
export interface IdleNames {
  readonly names: readonly string[]
  readonly why: string
}

/** How one value of a list is written. */
export interface ItemNotation {
  /** As help shows it: `IPBinding`. */
  readonly type: string
  /** The usual spelling, the same for equal values; undefined for what is none. */
  readonly canonical: (text: string) => string | undefined
}

/** The notations of fields; see `notationOf`. */
export const fieldNotations = z.registry<{ readonly notation: Notation }>()

/** What is to be said of names in a set, written with commas, that have no effect here. */
export function idleNamesIn(schema: z.ZodType, written: string): string | undefined {
  const notation = notationOf(schema)
  if (notation?.kind !== 'flags' || notation.idle === undefined) return undefined
  const given = written.split(',').map((word) => word.trim().toLowerCase())
  const found = notation.idle.names.filter((name) => given.includes(name.toLowerCase()))
  if (found.length === 0) return undefined
  return `${found.join(', ')} is on by default in Exchange and has no effect here (${notation.idle.why})`
}

/** The notation of a field, with or without a default; undefined for what is no single field. */
export function notationOf(schema: z.ZodType): Notation | undefined {
  const own = fieldNotations.get(schema)?.notation
  if (own !== undefined) return own
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return notationOf(schema.unwrap() as z.ZodType)
  return undefined
}

function noted<Schema extends z.ZodType>(schema: Schema, notation: Notation): Schema {
  fieldNotations.add(schema, { notation })
  return schema
}

function field<T>(read: (text: string) => T | undefined, expected: string, jsonSchema: JsonSchema) {
  return rawField((value) => read(value.trim()), expected, jsonSchema)
}

function rawField<T>(
  read: (text: string) => T | undefined,
  expected: string,
  jsonSchema: JsonSchema,
) {
  const scalar = z.union([z.string(), z.number(), z.boolean()], {
    error: ({ input }) =>
      input === undefined ? `is missing; it must be ${expected}` : `must be ${expected}`,
  })
  const result = scalar.transform((value, context): T => {
    const parsed = read(String(value))
    if (parsed !== undefined) return parsed
    context.issues.push({
      code: 'custom',
      input: value,
      message: `must be ${expected}, not "${String(value)}"`,
    })
    return z.NEVER
  })
  fieldJsonSchemas.add(result, { jsonSchema: () => ({ ...jsonSchema, description: expected }) })
  return result
}

/** Free text, as it is given: a password may begin or end with a space. */
export const text = () =>
  noted(
    rawField((value) => value, 'text', { type: 'string' }),
    { kind: 'text' },
  )

/** A yes or no: `true`, `$true`, `yes`. */
export const flag = () =>
  noted(
    field(
      (value) => {
        if (/^(\$?true|yes)$/i.test(value)) return true
        return /^(\$?false|no)$/i.test(value) ? false : undefined
      },
      'true or false',
      { type: 'boolean' },
    ),
    { kind: 'flag' },
  )

/** A whole number from `minimum` to `maximum`. */
export const count = (minimum: number, maximum = 2 ** 31 - 1) =>
  noted(
    field(
      (value) => wholeNumber(value, minimum, maximum),
      `a whole number from ${minimum} to ${maximum}`,
      { type: 'integer', minimum, maximum },
    ),
    { kind: 'count', unlimited: false },
  )

/** A whole number from `minimum` to `maximum`, or `unlimited` (Infinity). */
export const countOrUnlimited = (minimum: number, maximum = 2 ** 31 - 1) =>
  noted(
    field(
      (value) => (/^unlimited$/i.test(value) ? Infinity : wholeNumber(value, minimum, maximum)),
      `a whole number from ${minimum} to ${maximum} or unlimited`,
      { anyOf: [{ type: 'integer', minimum, maximum }, { enum: ['unlimited'] }] },
    ),
    { kind: 'count', unlimited: true },
  )

/** A size: `35MB`, `36700160`; `unlimited` only where `allowUnlimited`. */
export const byteSize = (minimum: Bytes, maximum: Bytes, allowUnlimited = false) =>
  noted(
    field<Bytes>(
      (value) => {
        const size = parseByteSize(value)
        if (size === Infinity) return allowUnlimited ? size : undefined
        return size !== undefined && size >= minimum && size <= maximum ? size : undefined
      },
      `a size such as 35MB from ${minimum} to ${maximum} bytes${allowUnlimited ? ' or unlimited' : ''}`,
      {
        anyOf: [
          { type: 'integer', minimum, maximum },
          { type: 'string', pattern: sizePattern(allowUnlimited) },
        ],
      },
    ),
    { kind: 'byteSize', unlimited: allowUnlimited },
  )

/** A time span `[d.]hh:mm:ss` from `minimum` to `maximum`. */
export const timeSpan = (minimum: Milliseconds, maximum: Milliseconds) =>
  noted(
    field<Milliseconds>(
      (value) => {
        const span = parseTimeSpan(value)
        return span !== undefined && span >= minimum && span <= maximum ? span : undefined
      },
      `a time span such as 00:10:00 from ${formatTimeSpan(minimum)} to ${formatTimeSpan(maximum)}`,
      { type: 'string', pattern: '^(\\d+\\.)?\\d{1,2}:\\d{1,2}:\\d{1,2}(\\.\\d{1,7})?$' },
    ),
    { kind: 'timeSpan' },
  )

/** One of the names, compared without case. */
export const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  noted(
    field<Names[number]>((value) => matching(names, value), `one of ${names.join(', ')}`, {
      type: 'string',
      enum: names,
    }),
    { kind: 'oneOf', names },
  )

/** An address range; see base/ip-range.ts. */
export const ipRange = () =>
  field<IpRange>(
    (value) => parseIpRange(value),
    'an address, a range or a network, such as 192.0.2.1-192.0.2.9 or 192.0.2.0/24',
    { type: 'string' },
  )

/** Ranges as cmdlets take them: they keep the form in which they were typed, as in Exchange. */
export const rangeNotation: ItemNotation = {
  type: 'IPRange',
  canonical: (given) => parseIpRange(given)?.text.trim(),
}

/** A list of fields: a YAML list, or one text with commas. Not nested; may be empty. */
export const list = <Item extends z.ZodType>(item: Item, notation = plainItem) =>
  noted(withListSchema(z.preprocess(split, z.array(item).readonly()), item), {
    kind: 'list',
    item: notation,
  })

/** Settings of somebody else's, under names of his own: texts, and lists of texts. */
export const ownSettings = () =>
  z.record(z.string(), z.union([z.string(), z.array(z.string()).readonly()])).readonly()

const plainItem: ItemNotation = { type: 'String', canonical: (given) => given.trim() }

/** A set of names as Exchange's flags: a list, compared without case, each at most once. */
export const flags = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  noted(
    withListSchema(
      list(oneOf(names)).transform((given): readonly Names[number][] => [...new Set(given)]),
      oneOf(names),
    ),
    { kind: 'flags', names },
  )

function split(value: unknown): unknown[] {
  if (typeof value === 'string') {
    return value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)
  }
  if (Array.isArray(value)) return value
  return value === null || value === undefined ? [] : [value]
}

function withListSchema<Schema extends z.ZodType>(schema: Schema, item: z.ZodType): Schema {
  const jsonSchema = () => ({
    anyOf: [
      { type: 'array', items: itemJsonSchema(item) },
      { type: 'string', description: 'the same with commas' },
    ],
  })
  fieldJsonSchemas.add(schema, { jsonSchema })
  return schema
}

function itemJsonSchema(item: z.ZodType): JsonSchema {
  const own = fieldJsonSchemas.get(item)
  if (own !== undefined) return own.jsonSchema()
  const schema = Object.entries(z.toJSONSchema(item, { io: 'input' }))
  return Object.fromEntries(schema.filter(([keyword]) => keyword !== '$schema'))
}

function sizePattern(allowUnlimited: boolean): string {
  const size = String.raw`\d+(\.\d+)?\s*([Bb]|[KkMmGgTt][Bb])?(\s*\([\d,]+ bytes\))?`
  return allowUnlimited ? `^(${size}|[Uu]nlimited)$` : `^${size}$`
}

function wholeNumber(value: string, minimum: number, maximum: number): number | undefined {
  const result = Number(value)
  return /^\d+$/.test(value) && result >= minimum && result <= maximum ? result : undefined
}

function matching<Name extends string>(names: readonly Name[], value: string): Name | undefined {
  return names.find((name) => name.toLowerCase() === value.toLowerCase())
}
