import { readFileSync, writeFileSync } from 'node:fs'
import { isTrue } from '../values/compare.ts'
import { textOf } from '../values/text-of.ts'
import { TimeSpan, type Value, listOf } from '../values/value.ts'
import { numberOf } from './operations.ts'
import { bytes, dateTime, timeSpan } from './parameter-types.ts'
import type { Conversion, ParameterType } from './parameter-type.ts'
import { ShellError } from './shell-error.ts'

type Cast = (value: Value, now: Date) => Value

const anySpan = timeSpan(0, Number.MAX_SAFE_INTEGER)

const casts: Readonly<Record<string, Cast>> = {
  int: (value) => Math.round(numberOf(value)),
  int32: (value) => Math.round(numberOf(value)),
  int64: (value) => Math.round(numberOf(value)),
  long: (value) => Math.round(numberOf(value)),
  double: (value) => numberOf(value),
  string: (value) => textOf(value),
  'string[]': (value) => listOf(value).map(textOf),
  array: (value) => listOf(value),
  'object[]': (value) => listOf(value),
  bool: (value) => isTrue(value),
  boolean: (value) => isTrue(value),
  'byte[]': (value, now) => byType(bytes, value, now),
  datetime: (value, now) => byType(dateTime, value, now),
  timespan: (value, now) => new TimeSpan(byType(anySpan, value, now)),
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
