import { formatDateAs } from './dates.ts'
import { ShellObject } from './shell-object.ts'
import { textOf } from './text-of.ts'
import { ByteSize, Credential, Flags, HashTable, TimeSpan, type Value, isList } from './value.ts'

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
  if (value instanceof Date) return own(dateProperties, key)?.(value)
  if (value instanceof TimeSpan) return own(spanProperties, key)?.(value)
  if (value instanceof Credential) return own(credentialProperties, key)?.(value)
  if (value instanceof Flags && key === 'value__') return null
  return undefined
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

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

/** A method that cannot be called so; its message says why. */
export class BadCall extends Error {
  override readonly name = 'BadCall'
}

type Method<Owner> = (owner: Owner, items: readonly Value[]) => Value

const dateMethods: Readonly<Record<string, Method<Date>>> = {
  addmilliseconds: (date, items) => moved(date, items, 1),
  addseconds: (date, items) => moved(date, items, 1000),
  addminutes: (date, items) => moved(date, items, 60_000),
  addhours: (date, items) => moved(date, items, 3_600_000),
  adddays: (date, items) => moved(date, items, 86_400_000),
  addmonths: (date, items) => movedMonths(date, amountOf(items)),
  addyears: (date, items) => movedMonths(date, amountOf(items) * 12),
  tostring: (date, [format]) =>
    format === undefined ? textOf(date) : formatDateAs(date, textOf(format)),
}

const stringMethods: Readonly<Record<string, Method<string>>> = {
  toupper: (text) => text.toUpperCase(),
  tolower: (text) => text.toLowerCase(),
  trim: (text) => text.trim(),
  startswith: (text, items) => text.startsWith(textItem(items, 0)),
  endswith: (text, items) => text.endsWith(textItem(items, 0)),
  contains: (text, items) => text.includes(textItem(items, 0)),
  replace: (text, items) => text.replaceAll(textItem(items, 0), () => textItem(items, 1)),
  split: (text, items) => text.split(textItem(items, 0)),
}

const sizeMethods: Readonly<Record<string, Method<ByteSize>>> = {
  tobytes: ({ bytes }) => bytes,
  tokb: ({ bytes }) => Math.floor(bytes / 1024),
  tomb: ({ bytes }) => Math.floor(bytes / 1024 ** 2),
  togb: ({ bytes }) => Math.floor(bytes / 1024 ** 3),
}

/** Calls a value's method. Throws BadCall when it has none of that name, or not for these values. */
export function callMember(value: Value, name: string, items: readonly Value[]): Value {
  const key = name.toLowerCase()
  const result = tryCall(value, key, items)
  if (result !== undefined) return result
  if (key === 'tostring' && items.length === 0 && value !== null) return textOf(value)
  if (value === null) throw new BadCall('You cannot call a method on a null-valued expression.')
  throw new BadCall(
    `Method invocation failed because [${typeLabel(value)}] does not contain a method named '${name}'.`,
  )
}

function tryCall(value: Value, key: string, items: readonly Value[]): Value | undefined {
  if (value instanceof Date) return own(dateMethods, key)?.(value, items)
  if (typeof value === 'string') return own(stringMethods, key)?.(value, items)
  return value instanceof ByteSize ? own(sizeMethods, key)?.(value, items) : undefined
}

function typeLabel(value: Value): string {
  if (typeof value === 'string') return 'System.String'
  if (value instanceof Date) return 'System.DateTime'
  return value instanceof ShellObject ? value.type : typeof value
}

function moved(date: Date, items: readonly Value[], unit: number): Date {
  return checked(new Date(date.getTime() + amountOf(items) * unit))
}

/** A day that the month reached does not have becomes its last one. */
function movedMonths(date: Date, months: number): Date {
  const result = new Date(date)
  result.setDate(1)
  result.setMonth(result.getMonth() + months)
  const lastDay = new Date(result.getFullYear(), result.getMonth() + 1, 0).getDate()
  result.setDate(Math.min(date.getDate(), lastDay))
  return checked(result)
}

function checked(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw new BadCall('The result is not a date that exists.')
  return date
}

function amountOf(items: readonly Value[]): number {
  const [amount] = items
  const number = typeof amount === 'string' ? Number(amount) : amount
  if (items.length === 1 && typeof number === 'number' && Number.isFinite(number)) return number
  throw new BadCall('The method takes one number.')
}

function textItem(items: readonly Value[], at: number): string {
  const item = items[at]
  if (item === undefined) throw new BadCall(`The method takes ${at + 1} or more values.`)
  return textOf(item)
}
