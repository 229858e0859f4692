import { readFileSync, writeFileSync } from 'node:fs'
import { isTrue } from '../values/compare.ts'
import { textOf } from '../values/text-of.ts'
import { HashTable, listOf, ShellObject, TimeSpan, type Value } from '../values/value.ts'
import { numberOf } from './operations.ts'
import { bytes, dateTime, timeSpan } from './parameter-types.ts'
import type { Conversion, ParameterType } from './parameter-type.ts'
import { ShellError } from './shell-error.ts'

type Cast = (value: Value, now: Date) => Value

const anySpan = timeSpan(0, Number.MAX_SAFE_INTEGER)

const casts: Readonly<Record<string, Cast>> = {
  int: (value) => rounded(numberOf(value), 0),
  int32: (value) => rounded(numberOf(value), 0),
  int64: (value) => rounded(numberOf(value), 0),
  long: (value) => rounded(numberOf(value), 0),
  double: (value) => numberOf(value),
  string: (value) => textOf(value),
  'string[]': (value) => listOf(value).map(textOf),
  array: (value) => listOf(value),
  'object[]': (value) => listOf(value),
  bool: (value) => isTrue(value),
  boolean: (value) => isTrue(value),
  'byte[]': (value, now) => byType(bytes, value, now),
  datetime: (value, now) => byType(dateTime, value, now),
  pscustomobject: (value) => customObject(value),
  ordered: (value) => value,
  // `[void](command)` runs it and throws away what it gives.
  void: () => [],
  timespan: (value, now) => new TimeSpan(byType(anySpan, value, now)),
}

/** `[PSCustomObject]@{Name='x'}`: an object of the shell with these properties. */
function customObject(value: Value): Value {
  if (!(value instanceof HashTable)) return value
  return new ShellObject({ type: 'PSCustomObject', properties: new Map(value.entries) })
}

type StaticMember = (items: readonly Value[], now: Date) => Value

/** Members of .NET's types that the documents' examples use. */
const statics: Readonly<Record<string, StaticMember>> = {
  'datetime::now': (_, now) => now,
  'datetime::utcnow': (_, now) => now,
  'datetime::today': (_, now) => new Date(now.getFullYear(), now.getMonth(), now.getDate()),
  'datetime::parse': ([text], now) => byType(dateTime, text ?? null, now),
  'bool::parse': ([text]) => parsedBoolean(textOf(text)),
  'boolean::parse': ([text]) => parsedBoolean(textOf(text)),
  'math::round': ([value, digits]) => rounded(numberOf(value ?? null), numberOf(digits ?? null)),
  'math::floor': ([value]) => Math.floor(numberOf(value ?? null)),
  'math::ceiling': ([value]) => Math.ceil(numberOf(value ?? null)),
  'math::truncate': ([value]) => Math.trunc(numberOf(value ?? null)),
  'math::abs': ([value]) => Math.abs(numberOf(value ?? null)),
  'math::max': ([a, b]) => Math.max(numberOf(a ?? null), numberOf(b ?? null)),
  'math::min': ([a, b]) => Math.min(numberOf(a ?? null), numberOf(b ?? null)),
  'string::isnullorempty': ([text]) => textOf(text) === '',
  'string::isnullorwhitespace': ([text]) => textOf(text).trim() === '',
  'string::join': ([separator, ...items]) =>
    items.flatMap((item) => listOf(item).map(textOf)).join(textOf(separator)),
  'io.file::readallbytes': ([path]) => new Uint8Array(readFileSync(textOf(path))),
  'io.file::readalltext': ([path]) => readFileSync(textOf(path), 'utf8'),
  'io.file::writeallbytes': ([path, content], now) => {
    writeFileSync(textOf(path), byType(bytes, content ?? null, now))
    return null
  },
}

const plainName = (name: string) => name.toLowerCase().replace(/^system\./, '')

/** `[type]value`. */
export function castTo(type: string, value: Value, now: Date): Value {
  const name = plainName(type)
  const cast = Object.hasOwn(casts, name) ? casts[name] : undefined
  if (cast !== undefined) return cast(value, now)
  throw new ShellError(`Unable to find type [${type}].`, {
    id: 'TypeNotFound',
    category: 'InvalidOperation',
    target: type,
  })
}

/** `[type]::name`, or `[type]::name(items)`. */
export function staticMember(
  type: string,
  name: string,
  call: { readonly items: readonly Value[]; readonly now: Date },
): Value {
  const key = `${plainName(type)}::${name.toLowerCase()}`
  const member = Object.hasOwn(statics, key) ? statics[key] : undefined
  if (member !== undefined) return member(call.items, call.now)
  throw new ShellError(`[${type}]::${name} is not part of this shell.`, {
    id: 'MemberNotFound',
    category: 'InvalidOperation',
    target: name,
  })
}

/** Halves go to the even neighbour, as .NET rounds. */
function rounded(value: number, digits: number): number {
  const scaled = Number(`${value}e${digits}`)
  const near = Math.round(scaled)
  const even = Math.abs(scaled % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near
  const result = Number(`${even}e${-digits}`)
  return Number.isNaN(result) ? value : result
}

function byType<T>(type: ParameterType<T>, value: Value, now: Date): T {
  const converted: Conversion<T> = type.convert({ value, now })
  if ('value' in converted) return converted.value
  throw new ShellError(converted.problem, { id: 'InvalidCast', category: 'InvalidArgument' })
}

function parsedBoolean(text: string): boolean {
  if (/^\s*(true|false)\s*$/i.test(text)) return /true/i.test(text)
  throw new ShellError('String was not recognized as a valid Boolean.', {
    id: 'FormatException',
    category: 'InvalidArgument',
  })
}
