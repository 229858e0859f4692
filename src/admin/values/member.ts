import { formatDateAs } from './dates.ts'
import { ownOf } from './own-of.ts'
import {
  ByteSize,
  Credential,
  HashTable,
  isList,
  ShellObject,
  TimeSpan,
  type Value,
} from './value.ts'

type Properties<Owner> = Readonly<Record<string, (owner: Owner) => Value>>

const dateProperties: Properties<Date> = {
  year: (date) => date.getFullYear(),
  month: (date) => date.getMonth() + 1,
  day: (date) => date.getDate(),
  hour: (date) => date.getHours(),
  minute: (date) => date.getMinutes(),
  second: (date) => date.getSeconds(),
  millisecond: (date) => date.getMilliseconds(),
  date: (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()),
  dayofweek: (date) => formatDateAs(date, 'dddd'),
}

const spanProperties: Properties<TimeSpan> = {
  days: ({ milliseconds }) => Math.trunc(milliseconds / 86_400_000),
  hours: ({ milliseconds }) => Math.trunc(milliseconds / 3_600_000) % 24,
  minutes: ({ milliseconds }) => Math.trunc(milliseconds / 60_000) % 60,
  seconds: ({ milliseconds }) => Math.trunc(milliseconds / 1000) % 60,
  totaldays: ({ milliseconds }) => milliseconds / 86_400_000,
  totalhours: ({ milliseconds }) => milliseconds / 3_600_000,
  totalminutes: ({ milliseconds }) => milliseconds / 60_000,
  totalseconds: ({ milliseconds }) => milliseconds / 1000,
  totalmilliseconds: ({ milliseconds }) => milliseconds,
}

/** `$connector.MaxMessageSize.Value.ToMB()`, as scripts for Exchange write it. */
const sizeProperties: Properties<ByteSize> = {
  value: (size) => size,
  isunlimited: () => false,
}

const credentialProperties: Properties<Credential> = {
  username: ({ userName }) => userName,
  password: ({ password }) => password,
}

/**
 * The property of a value, or null when it has none of that name, as PowerShell does. A list gives
 * that property of each of its elements.
 */
export function memberOf(value: Value, name: string): Value {
  const key = name.toLowerCase()
  if (isList(value)) return key === 'count' || key === 'length' ? value.length : eachOf(value, name)
  if (value instanceof ShellObject) return value.get(name) ?? ownCount(value, key)
  if (value instanceof HashTable) return tableMember(value, name)
  if (key === 'length' && typeof value === 'string') return value.length
  if (key === 'length' && value instanceof Uint8Array) return value.length
  return known(value, key) ?? (key === 'count' ? Number(value !== null) : null)
}

function known(value: Value, key: string): Value | undefined {
  if (value instanceof Date) return ownOf(dateProperties, key)?.(value)
  if (value instanceof TimeSpan) return ownOf(spanProperties, key)?.(value)
  if (value instanceof Credential) return ownOf(credentialProperties, key)?.(value)
  if (value instanceof ByteSize) return ownOf(sizeProperties, key)?.(value)
  return value === Infinity && key === 'isunlimited' ? true : undefined
}

/** One object counts as one, so that `.Count` works whatever a command found. */
const ownCount = (value: ShellObject, key: string) =>
  key === 'count' && value.spelling(key) === undefined ? 1 : null

function eachOf(values: readonly Value[], name: string): Value {
  const found = values.flatMap((value) => {
    const one = memberOf(value, name)
    return one === null ? [] : [one]
  })
  return found.length > 1 ? found : (found[0] ?? null)
}

function tableMember(table: HashTable, name: string): Value {
  const given = table.get(name)
  if (given !== undefined) return given
  switch (name.toLowerCase()) {
    case 'count':
      return table.entries.length
    case 'keys':
      return table.entries.map(([key]) => key)
    case 'values':
      return table.entries.map(([, value]) => value)
    default:
      return null
  }
}
