import { type Bytes, formatByteSize, parseByteSize } from '../../base/byte-size.ts'
import { type Milliseconds, formatTimeSpan, parseTimeSpan } from '../../base/time-span.ts'
import { nearest } from '../grammar/nearest.ts'
import { parseNumber } from '../grammar/numbers.ts'
import { parseDate } from '../values/dates.ts'
import {
  ByteSize,
  Credential,
  Flags,
  isList,
  listOf,
  ScriptBlock,
  SecureString,
  ShellObject,
  TimeSpan,
  type Value,
} from '../values/value.ts'
import { textOf, typeNameOf } from '../values/text-of.ts'
import {
  type Argument,
  type Conversion,
  type ParameterType,
  cannotConvert,
} from './parameter-type.ts'

/** Any value as it is. */
export const anyValue: ParameterType<Value> = {
  name: 'Object',
  takesNull: true,
  convert: ({ value, text }) => ({ value: text ?? value }),
}

/** Free text. */
export const text: ParameterType<string> = {
  name: 'String',
  convert: (argument) => {
    if (!isList(argument.value)) return { value: asText(argument) }
    return { problem: 'Cannot convert value to type System.String.' }
  },
}

/** A part of what is looked for: an empty one would be found in everything. */
export const textPart: ParameterType<string> = {
  ...text,
  choosesObjects: true,
  convert: (argument) =>
    textOf(argument.value) === ''
      ? { problem: 'An empty text is part of everything.' }
      : text.convert(argument),
}

/** The name of an object, or the object itself from a pipeline: its Identity. */
export const identity: ParameterType<string> = {
  name: 'Identity',
  choosesObjects: true,
  convert: (argument) => {
    const { value } = argument
    if (textOf(value).trim() === '') return { problem: 'An identity is never empty.' }
    if (!(value instanceof ShellObject)) return text.convert(argument)
    const name = value.get('Identity') ?? value.get('Name')
    if (name !== undefined && name !== null) return { value: textOf(name) }
    return { problem: `A "${value.type}" object has no Identity.` }
  },
}

/** An identity that completion finds among what a command lists, by these properties. */
export const identityAmong = (
  command: string,
  ...properties: readonly string[]
): ParameterType<string> => ({ ...identity, names: { command, properties } })

const booleanHint =
  'Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.'

/** Yes or no: `$true`, `$false`, 1, 0. */
export const flag: ParameterType<boolean> = {
  name: 'Boolean',
  values: ['$true', '$false'],
  convert: ({ value }) => {
    if (typeof value === 'boolean') return { value }
    if (typeof value === 'number') return { value: value !== 0 }
    const problem = `Cannot convert value "${typeNameOf(value)}" to type "System.Boolean". ${booleanHint}`
    return { problem }
  },
}

/** A parameter that stands alone; a value needs a colon: `-Force:$false`. */
export const switchParameter: ParameterType<boolean> = {
  ...flag,
  name: 'SwitchParameter',
  isSwitch: true,
}

/** A whole number in a range. */
export function wholeNumber(minimum: number, maximum = 2 ** 31 - 1): ParameterType<number> {
  return {
    name: 'Int32',
    convert: (argument) => {
      const given = asText(argument)
      const value = parseNumber(given.trim())
      if (value === undefined || !Number.isInteger(value)) {
        return cannotConvert(given, 'System.Int32', 'Input string was not in a correct format.')
      }
      return inRange(value, { minimum, maximum, show: String })
    },
  }
}

/** A type that also knows `unlimited`, which is `Infinity`. */
export function unlimited(inner: ParameterType<number>): ParameterType<number> {
  return {
    ...inner,
    name: 'Unlimited',
    values: ['unlimited'],
    convert: (argument) => {
      const isUnlimited = /^unlimited$/i.test(asText(argument).trim())
      return isUnlimited ? { value: Infinity } : inner.convert(argument)
    },
  }
}

/** A size: `35MB`, `64 KB`, or a number of bytes. */
export function byteSize(minimum: Bytes = 0, maximum: Bytes = 2 ** 31 - 1): ParameterType<Bytes> {
  return {
    name: 'ByteQuantifiedSize',
    convert: (argument) => {
      const { value } = argument
      const given = asText(argument)
      const size = value instanceof ByteSize ? value.bytes : parseByteSize(given)
      const bytes = typeof value === 'number' ? value : size
      if (bytes === undefined || !Number.isInteger(bytes)) {
        const detail = 'The size must be a number of bytes, or a number with B, KB, MB, GB or TB.'
        return cannotConvert(given, 'Microsoft.Exchange.Data.ByteQuantifiedSize', detail)
      }
      return inRange(bytes, { minimum, maximum, show: formatByteSize })
    },
  }
}

/** A length of time: `00:10:00`, `1.00:00:00`. */
export function timeSpan(
  minimum: Milliseconds,
  maximum: Milliseconds,
): ParameterType<Milliseconds> {
  return {
    name: 'EnhancedTimeSpan',
    convert: (argument) => {
      const { value } = argument
      const given = asText(argument)
      const span = value instanceof TimeSpan ? value.milliseconds : parseTimeSpan(given)
      if (span === undefined) {
        const detail = 'String was not recognized as a valid TimeSpan such as 00:10:00.'
        return cannotConvert(given, 'Microsoft.Exchange.Data.EnhancedTimeSpan', detail)
      }
      return inRange(span, { minimum, maximum, show: formatTimeSpan })
    },
  }
}

/** A point in time; without a zone the local one is meant. */
export const dateTime: ParameterType<Date> = {
  name: 'DateTime',
  convert: (argument) => {
    if (argument.value instanceof Date) return { value: argument.value }
    const given = asText(argument)
    const value = parseDate(given, argument.now)
    if (value !== undefined) return { value }
    const detail = 'String was not recognized as a valid DateTime such as 11/21/2026 6:00 AM.'
    return cannotConvert(given, 'System.DateTime', detail)
  },
}

/** One of the words, compared without case. */
export function oneOf<const Names extends readonly [string, ...string[]]>(
  names: Names,
  typeName = 'String',
): ParameterType<Names[number]> {
  return {
    name: typeName,
    values: names,
    convert: (argument) => wordAmong<Names[number]>(names, asText(argument), typeName),
  }
}

/** A set of words kept as one value: `Tls,BasicAuth`, or `"Tls, BasicAuth"`; each at most once. */
export function flags<const Names extends readonly [string, ...string[]]>(
  names: Names,
  { typeName = 'Flags', idle = [] }: { typeName?: string; idle?: readonly string[] } = {},
): ParameterType<readonly Names[number][]> {
  const isIdle = (word: string) => idle.some((name) => name.toLowerCase() === word.toLowerCase())
  const one = oneOf(names, typeName)
  const split = ({ value, text: written }: Argument) => {
    if (value instanceof Flags) return value.names
    return listOf(isList(value) ? value : (written ?? value)).flatMap((each) =>
      textOf(each).split(','),
    )
  }
  return {
    name: typeName,
    values: names,
    convert: (argument) => {
      const { now } = argument
      const words = split(argument).map((word) => word.trim())
      // Where they are all there is, they are told like any other unknown name.
      const kept = words.every(isIdle) ? words : words.filter((word) => !isIdle(word))
      const converted = joined(kept.map((value) => one.convert({ value, now })))
      return 'problem' in converted ? converted : { value: [...new Set(converted.value)] }
    },
  }
}

/** Several values with commas between them; one alone is a list of one. */
export function list<T>(item: ParameterType<T>): ParameterType<readonly T[]> {
  return {
    name: `${item.name}[]`,
    ...(item.values === undefined ? {} : { values: item.values }),
    ...(item.suggests === undefined ? {} : { suggests: item.suggests }),
    convert: ({ value, text: written, now }) =>
      joined(
        isList(value)
          ? value.map((each) => item.convert({ value: each, now }))
          : [item.convert({ value, text: written, now })],
      ),
  }
}

/** A user name with its password. */
export const credential: ParameterType<Credential> = {
  name: 'PSCredential',
  convert: ({ value }) => {
    if (value instanceof Credential) return { value }
    const hint = 'Use (Get-Credential), or New-Object System.Management.Automation.PSCredential.'
    return { problem: `Cannot convert value "${typeNameOf(value)}" to a credential. ${hint}` }
  },
}

/** A password that is never shown. */
export const secureString: ParameterType<SecureString> = {
  name: 'SecureString',
  convert: ({ value }) => {
    if (value instanceof SecureString) return { value }
    const hint = "Use (ConvertTo-SecureString -String 'text' -AsPlainText -Force)."
    return { problem: `Cannot convert value "${typeNameOf(value)}" to a secure string. ${hint}` }
  },
}

/** `{ … }`. */
export const scriptBlock: ParameterType<ScriptBlock> = {
  name: 'ScriptBlock',
  convert: ({ value }) =>
    value instanceof ScriptBlock
      ? { value }
      : { problem: `Cannot convert value "${textOf(value)}" to a script block { … }.` },
}

/** The content of a file: `([System.IO.File]::ReadAllBytes('path'))`. */
export const bytes: ParameterType<Uint8Array> = {
  name: 'Byte[]',
  convert: ({ value }) => {
    if (value instanceof Uint8Array) return { value }
    const numbers = listOf(value)
    const fits = (each: Value): each is number =>
      typeof each === 'number' && Number.isInteger(each) && each >= 0 && each <= 255
    if (numbers.length > 0 && numbers.every(fits)) return { value: Uint8Array.from(numbers) }
    return { problem: `Cannot convert value "${typeNameOf(value)}" to type "System.Byte[]".` }
  },
}

/** A type whose parameter `$null` or empty text clears. */
export function clearable<T>(inner: ParameterType<T>): ParameterType<T | null> {
  return {
    ...inner,
    takesNull: true,
    convert: (argument) =>
      argument.value === null || argument.value === '' ? { value: null } : inner.convert(argument),
  }
}

/** A number as it was written, any other value as text. */
const asText = ({ value, text: written }: Argument) => written ?? textOf(value)

function wordAmong<Name extends string>(
  names: readonly Name[],
  given: string,
  typeName: string,
): Conversion<Name> {
  const found = names.find((name) => name.toLowerCase() === given.trim().toLowerCase())
  if (found !== undefined) return { value: found }
  const close = nearest(given, names)
  const hint = close === undefined ? '' : ` Did you mean ${close}?`
  const detail = `Unable to match the identifier name ${given} to a valid enumerator name. Specify one of the following enumerator names and try again: ${names.join(', ')}.${hint}`
  return cannotConvert(given, typeName, detail)
}

function inRange(
  value: number,
  range: {
    readonly minimum: number
    readonly maximum: number
    readonly show: (value: number) => string
  },
): Conversion<number> {
  const { minimum, maximum, show } = range
  if (value >= minimum && value <= maximum) return { value }
  return {
    problem: `The value ${show(value)} is out of range; it must be from ${show(minimum)} to ${show(maximum)}.`,
  }
}

/** All values, or the first problem. */
export function joined<T>(conversions: readonly Conversion<T>[]): Conversion<readonly T[]> {
  const values: T[] = []
  for (const conversion of conversions) {
    if ('problem' in conversion) return conversion
    values.push(conversion.value)
  }
  return { value: values }
}
