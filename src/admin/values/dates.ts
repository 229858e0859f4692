const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const two = (value: number) => String(value).padStart(2, '0')
const twelve = (hours: number) => (hours % 12 === 0 ? 12 : hours % 12)

/** A point in time in the local zone as Exchange prints it: `11/21/2026 6:01:52 AM`. */
export function formatDate(date: Date): string {
  if (Number.isNaN(date.getTime())) return ''
  return `${date.getMonth() + 1}/${date.getDate()}/${date.getFullYear()} ${timeOfDay(date)}`
}

/** The long form, of a date that is printed by itself: `Saturday, November 21, 2026 6:01:52 AM`. */
export function formatLongDate(date: Date): string {
  if (Number.isNaN(date.getTime())) return ''
  const weekday = dayNames[date.getDay()] ?? ''
  const month = monthNames[date.getMonth()] ?? ''
  return `${weekday}, ${month} ${date.getDate()}, ${date.getFullYear()} ${timeOfDay(date)}`
}

function timeOfDay(date: Date): string {
  const half = date.getHours() < 12 ? 'AM' : 'PM'
  const clock = `${twelve(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${clock} ${half}`
}

const tokens: Readonly<Record<string, (date: Date) => string>> = {
  yyyy: (date) => String(date.getFullYear()).padStart(4, '0'),
  yy: (date) => two(date.getFullYear() % 100),
  MMMM: (date) => monthNames[date.getMonth()] ?? '',
  MMM: (date) => (monthNames[date.getMonth()] ?? '').slice(0, 3),
  MM: (date) => two(date.getMonth() + 1),
  M: (date) => String(date.getMonth() + 1),
  dddd: (date) => dayNames[date.getDay()] ?? '',
  ddd: (date) => (dayNames[date.getDay()] ?? '').slice(0, 3),
  dd: (date) => two(date.getDate()),
  d: (date) => String(date.getDate()),
  HH: (date) => two(date.getHours()),
  H: (date) => String(date.getHours()),
  hh: (date) => two(twelve(date.getHours())),
  h: (date) => String(twelve(date.getHours())),
  mm: (date) => two(date.getMinutes()),
  m: (date) => String(date.getMinutes()),
  ss: (date) => two(date.getSeconds()),
  s: (date) => String(date.getSeconds()),
  fff: (date) => String(date.getMilliseconds()).padStart(3, '0'),
  tt: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
}

/** What one letter alone stands for. */
const wholeFormats: Readonly<Record<string, string>> = {
  d: 'M/d/yyyy',
  D: 'dddd, MMMM d, yyyy',
  f: 'dddd, MMMM d, yyyy h:mm tt',
  F: 'dddd, MMMM d, yyyy h:mm:ss tt',
  g: 'M/d/yyyy h:mm tt',
  G: 'M/d/yyyy h:mm:ss tt',
  s: "yyyy-MM-dd'T'HH:mm:ss",
  t: 'h:mm tt',
  T: 'h:mm:ss tt',
  u: "yyyy-MM-dd HH:mm:ss'Z'",
}

/**
 * A date by .NET's format words: `yyyy-MM-dd HH:mm:ss`, or by one letter such as `s` or `g`; other
 * characters stand for themselves. As in .NET, `u` does not convert: the local time stands there.
 */
export function formatDateAs(date: Date, format: string): string {
  const words = Object.hasOwn(wholeFormats, format) ? (wholeFormats[format] ?? '') : format
  return words.replaceAll(
    /\\(.)|'([^']*)'|yyyy|yy|M{1,4}|d{1,4}|HH?|hh?|mm?|ss?|fff|tt/g,
    (word, literal?: string, quoted?: string) => literal ?? quoted ?? tokens[word]?.(date) ?? word,
  )
}

interface DateFields {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly time: string
}

/**
 * Reads a point in time: `11/21/2026`, `11/21/2026 6:01 AM`, `2026-11-21 06:01:52`, ISO 8601 with or
 * without a zone, or a time of the day of `now`. Without a zone the local one is meant.
 */
export function parseDate(text: string, now: Date): Date | undefined {
  const trimmed = text.trim()
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[ ,]+(.+))?$/.exec(trimmed)
  if (american !== null) {
    const [, month, day, year, time = ''] = american
    return dateOf({ year: Number(year), month: Number(month), day: Number(day), time })
  }
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]+(.+))?$/.exec(trimmed)
  if (iso !== null) {
    const [, year, month, day, time = ''] = iso
    return dateOf({ year: Number(year), month: Number(month), day: Number(day), time })
  }
  const [year, month, day] = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
  return trimmed === '' ? undefined : dateOf({ year, month, day, time: trimmed })
}

const timePattern =
  /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?\s*(AM|PM)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i

function dateOf({ year, month, day, time }: DateFields): Date | undefined {
  const match = time === '' ? undefined : timePattern.exec(time)
  if (match === null) return undefined
  const [, h = '0', minutes = '0', seconds = '0', fraction = '0', half, zone] = match ?? []
  const hours = hoursOf(Number(h), half)
  if (hours === undefined || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const milliseconds = Math.floor(Number(`0.${fraction}`) * 1000)
  const fields = [hours, Number(minutes), Number(seconds), milliseconds] as const
  const check = new Date(Date.UTC(year, month - 1, day))
  if (check.getUTCMonth() !== month - 1 || check.getUTCDate() !== day) return undefined
  if (zone === undefined) return new Date(year, month - 1, day, ...fields)
  const offset = /([+-])(\d{2}):?(\d{2})/.exec(zone)
  const minutesEast =
    offset === null
      ? 0
      : Number(`${offset[1] ?? ''}1`) * (Number(offset[2]) * 60 + Number(offset[3]))
  return new Date(Date.UTC(year, month - 1, day, ...fields) - minutesEast * 60_000)
}

function hoursOf(hours: number, half: string | undefined): number | undefined {
  if (half === undefined) return hours <= 23 ? hours : undefined
  if (hours < 1 || hours > 12) return undefined
  return (hours % 12) + (half.toUpperCase() === 'PM' ? 12 : 0)
}
