import { formatValue } from './composite-format.ts'
import { formatDateAs } from './dates.ts'
import { BadFormat } from './number-format.ts'
import { ownOf } from './own-of.ts'
import { ByteSize, HashTable, isList, ShellObject, TimeSpan, type Value } from './value.ts'
import { stringMethods } from './string-methods.ts'
import { BadCall, amountOf, textItem } from './method-items.ts'
import { textOf, typeNameOf } from './text-of.ts'

type Method<Owner> = (owner: Owner, items: readonly Value[]) => Value

const dateMethods: Readonly<Record<string, Method<Date>>> = {
  addmilliseconds: (date, items) => moved(date, items, 1),
  addseconds: (date, items) => moved(date, items, 1000),
  addminutes: (date, items) => moved(date, items, 60_000),
  addhours: (date, items) => moved(date, items, 3_600_000),
  adddays: (date, items) => moved(date, items, 86_400_000),
  addmonths: (date, items) => movedMonths(date, amountOf(items)),
  addyears: (date, items) => movedMonths(date, amountOf(items) * 12),
  add: (date, [span]) => new Date(date.getTime() + millisecondsOf(span)),
  subtract: (date, [other]) =>
    other instanceof Date
      ? new TimeSpan(date.getTime() - other.getTime())
      : new Date(date.getTime() - millisecondsOf(other)),
  toshortdatestring: (date) => formatDateAs(date, 'd'),
  tolongdatestring: (date) => formatDateAs(date, 'D'),
  toshorttimestring: (date) => formatDateAs(date, 't'),
  tolongtimestring: (date) => formatDateAs(date, 'T'),
}

function millisecondsOf(span: Value | undefined): number {
  if (span instanceof TimeSpan) return span.milliseconds
  throw new BadCall('The method takes a length of time.')
}

const sizeMethods: Readonly<Record<string, Method<ByteSize>>> = {
  tobytes: ({ bytes }) => bytes,
  tokb: ({ bytes }) => Math.floor(bytes / 1024),
  tomb: ({ bytes }) => Math.floor(bytes / 1024 ** 2),
  togb: ({ bytes }) => Math.floor(bytes / 1024 ** 3),
}

const tableMethods: Readonly<Record<string, Method<HashTable>>> = {
  containskey: (table, items) => table.get(textItem(items, 0)) !== undefined,
  contains: (table, items) => table.get(textItem(items, 0)) !== undefined,
  getenumerator: (table) =>
    table.entries.map(
      ([Name, value]) =>
        new ShellObject({ type: 'DictionaryEntry', properties: { Name, Value: value } }),
    ),
  add: (table, items) => {
    const name = textItem(items, 0)
    if (table.get(name) !== undefined) {
      throw new BadCall(`Item has already been added. Key in dictionary: '${name}'`)
    }
    table.set(name, items[1] ?? null)
    return []
  },
  remove: (table, items) => {
    table.delete(textItem(items, 0))
    return []
  },
}

const listMethods: Readonly<Record<string, Method<readonly Value[]>>> = {
  contains: (values, [wanted = null]) => values.includes(wanted),
  indexof: (values, [wanted = null]) => values.indexOf(wanted),
}

/** Calls a value's method. Throws BadCall when it has none of that name, or not for these values. */
export function callMember(value: Value, name: string, items: readonly Value[]): Value {
  const key = name.toLowerCase()
  if (value === null) throw new BadCall('You cannot call a method on a null-valued expression.')
  const result = key === 'tostring' ? inText(value, items) : tryCall(value, key, items)
  if (result !== undefined) return result
  // As in PowerShell, a list passes the call on to its elements.
  if (isList(value)) return value.map((each) => callMember(each, name, items))
  throw new BadCall(
    `Method invocation failed because [${typeNameOf(value)}] does not contain a method named '${name}'.`,
  )
}

function tryCall(value: Value, key: string, items: readonly Value[]): Value | undefined {
  if (value instanceof Date) return ownOf(dateMethods, key)?.(value, items)
  if (typeof value === 'string') return ownOf(stringMethods, key)?.(value, items)
  if (value instanceof HashTable) return ownOf(tableMethods, key)?.(value, items)
  if (isList(value)) return ownOf(listMethods, key)?.(value, items)
  return value instanceof ByteSize ? ownOf(sizeMethods, key)?.(value, items) : undefined
}

/** `.ToString()`, and with a format for dates, numbers and lengths of time. */
function inText(value: Value, [format]: readonly Value[]): string {
  try {
    return formatValue(value, textOf(format))
  } catch (error) {
    throw error instanceof BadFormat ? new BadCall(error.message) : error
  }
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
