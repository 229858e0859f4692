/** A length of time, or a point in time since 1970, in milliseconds. */
export type Milliseconds = number

export const second: Milliseconds = 1000
export const minute: Milliseconds = 60 * second
export const hour: Milliseconds = 60 * minute
export const day: Milliseconds = 24 * hour

/**
 * Reads .NET's notation `[d.]hh:mm:ss[.fff]` (`00:10:00`, `2.00:00:00`, `00:00:00.250`).
 * Returns undefined for anything else.
 */
export function parseTimeSpan(text: string): Milliseconds | undefined {
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?$/.exec(text.trim())
  if (match === null) return undefined
  const [, days = '0', hours = '', minutes = '', seconds = '', fraction = '0'] = match
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  return (
    Number(days) * day +
    Number(hours) * hour +
    Number(minutes) * minute +
    Number(seconds) * second +
    Math.round(Number(`0.${fraction}`) * second)
  )
}

/** Writes .NET's notation: `00:10:00`, `2.00:00:00`, `00:00:00.2500000`. */
export function formatTimeSpan(span: Milliseconds): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const days = span >= day ? `${Math.floor(span / day)}.` : ''
  const fraction = span % second === 0 ? '' : `.${String(span % second).padStart(3, '0')}0000`
  return `${days}${two((span % day) / hour)}:${two((span % hour) / minute)}:${two((span % minute) / second)}${fraction}`
}
