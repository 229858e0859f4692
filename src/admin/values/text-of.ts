import { formatDate } from './dates.ts'
import { isList, type Value } from './value.ts'

/** A value as text in a string (`"$value"`), in a comparison with text, or in a column. */
export function textOf(value: Value | undefined): string {
  if (value === null || value === undefined) return ''
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
      return value ? 'True' : 'False'
    case 'number':
      return value === Infinity ? 'Unlimited' : String(value)
    default:
      return textOfObject(value)
  }
}

function textOfObject(value: Exclude<Value, null | string | number | boolean>): string {
  if (value instanceof Date) return formatDate(value)
  if (value instanceof Uint8Array) return [...value].join(' ')
  return isList(value) ? value.map(textOf).join(' ') : value.toString()
}

/** The name that PowerShell gives a value's type, for errors. */
export function typeNameOf(value: Value): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return 'System.String'
    case 'boolean':
      return 'System.Boolean'
    case 'number':
      return Number.isInteger(value) ? 'System.Int64' : 'System.Double'
    default:
      return typeNameOfObject(value)
  }
}

function typeNameOfObject(value: Exclude<Value, null | string | number | boolean>): string {
  if (value instanceof Date) return 'System.DateTime'
  if (value instanceof Uint8Array) return 'System.Byte[]'
  if (isList(value)) return 'System.Object[]'
  if ('type' in value) return value.type
  return value.constructor.name
}
