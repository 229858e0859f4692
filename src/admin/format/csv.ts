import { textOf } from '../values/text-of.ts'
import { ByteSize, type Value, isList } from '../values/value.ts'

/** One line of CSV, every field in quotes as ConvertTo-Csv writes them. */
export function csvLine(values: readonly Value[], delimiter: string): string {
  return values.map((value) => quoted(plain(value))).join(delimiter)
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

/** For scripts: sizes as bytes, dates in ISO 8601, the elements of a list with commas between them. */
function plain(value: Value): string {
  if (isList(value)) return value.map(plain).join(', ')
  if (value instanceof ByteSize) return textOf(value.bytes)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  return textOf(value)
}
