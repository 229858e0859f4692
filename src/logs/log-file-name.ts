import { type Milliseconds, day, hour } from '../base/time-span.ts'

/** One file of a rolling log, as its name tells it. */
export interface LogFileName {
  readonly name: string
  /** `yyyyMMddHH` (UTC); `yyyyMMdd` of files that roll daily. */
  readonly stamp: string
  /** From 1 within one stamp. */
  readonly instance: number
}

/** How long a file is written to. */
export type LogPeriod = 'hour' | 'day'

/** The UTC hour or day a file stands for: `2026010203`, `20260102`. */
export function periodStamp(period: LogPeriod, now: Milliseconds): string {
  const length = period === 'hour' ? 13 : 10
  return new Date(now).toISOString().slice(0, length).replace(/[-T]/g, '')
}

/** `RECV2026010203-1.LOG`. */
export function logFileName(prefix: string, stamp: string, instance: number): string {
  return `${prefix}${stamp}-${instance}.LOG`
}

/** Reads a name back; undefined for a file that is not of the log with this prefix. */
export function parseLogFileName(prefix: string, name: string): LogFileName | undefined {
  if (!name.startsWith(prefix)) return undefined
  const match = /^(\d{8}(?:\d{2})?)-(\d{1,9})\.log$/i.exec(name.slice(prefix.length))
  if (match === null) return undefined
  return { name, stamp: match[1] ?? '', instance: Number(match[2]) }
}

/** For sorting: the file that was begun first comes first. */
export function byAge(a: LogFileName, b: LogFileName): number {
  return a.stamp === b.stamp ? a.instance - b.instance : a.stamp < b.stamp ? -1 : 1
}

/** The moment before which nothing was written to a file of this stamp. */
export function startOfStamp(stamp: string): Milliseconds {
  const [year, month, date] = [stamp.slice(0, 4), stamp.slice(4, 6), stamp.slice(6, 8)]
  return Date.parse(`${year}-${month}-${date}T${stamp.slice(8) || '00'}:00:00Z`)
}

/** The moment after which nothing was written to a file of this stamp. */
export function endOfStamp(stamp: string): Milliseconds {
  return startOfStamp(stamp) + (stamp.length === 8 ? day : hour)
}
