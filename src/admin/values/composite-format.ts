import { formatDateAs } from './dates.ts'
import { BadFormat, formatNumber } from './number-format.ts'
import { textOf } from './text-of.ts'
import { TimeSpan, type Value } from './value.ts'

/** Widest field, against a format that would fill the memory. */
const maximumWidth = 10_000

/**
 * Fills values into a text: `{0}`, `{1,-20}` in 20 columns from the left, `{2:N1}` by a format; `{{` is a
 * brace. Throws BadFormat for what is none, and for a place without a value.
 */
export function formatComposite(format: string, items: readonly Value[]): string {
  return format.replaceAll(
    /\{\{|\}\}|\{(\d{1,6})(?:,\s*(-?\d+))?(?::((?:[^{}]|\{\{|\}\})*))?\}|[{}]/g,
    (word, place?: string, width?: string, picture?: string) => {
      if (word === '{{' || word === '}}') return word.charAt(0)
      if (place === undefined) throw new BadFormat('Input string was not in a correct format.')
      const item = items[Number(place)]
      if (item === undefined) {
        throw new BadFormat(
          'Index (zero based) must be greater than or equal to zero and less than the size of the argument list.',
        )
      }
      return inColumns(formatValue(item, picture ?? ''), Number(width ?? 0))
    },
  )
}

function inColumns(text: string, width: number): string {
  if (Math.abs(width) > maximumWidth) throw new BadFormat('The width of a field is too great.')
  return width < 0 ? text.padEnd(-width) : text.padStart(width)
}

/** One value by a format; an empty one gives its plain text. */
export function formatValue(value: Value, format: string): string {
  if (format === '') return textOf(value)
  if (typeof value === 'number') return formatNumber(value, format)
  if (value instanceof Date) return formatDateAs(value, format)
  return value instanceof TimeSpan ? formatSpan(value, format) : textOf(value)
}

/** `hh\:mm\:ss`; one letter alone is the usual notation. */
function formatSpan(span: TimeSpan, format: string): string {
  if (/^[cgGt]$/.test(format)) return textOf(span)
  const total = Math.abs(span.milliseconds)
  const parts: Readonly<Record<string, number>> = {
    d: Math.floor(total / 86_400_000),
    h: Math.floor(total / 3_600_000) % 24,
    m: Math.floor(total / 60_000) % 60,
    s: Math.floor(total / 1000) % 60,
    f: Math.floor(total % 1000),
  }
  return format.replaceAll(
    /\\(.)|'([^']*)'|d+|h{1,2}|m{1,2}|s{1,2}|f{3}/g,
    (word, literal?: string, quoted?: string) =>
      literal ?? quoted ?? String(parts[word.charAt(0)] ?? '').padStart(word.length, '0'),
  )
}
