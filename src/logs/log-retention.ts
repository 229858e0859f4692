import type { Bytes } from '../base/byte-size.ts'
import type { Milliseconds } from '../base/time-span.ts'
import { byAge, endOfStamp, parseLogFileName } from './log-file-name.ts'

/** Limits of one log's folder, Exchange's MaxAge, MaxDirectorySize and MaxFileSize. */
export interface LogLimits {
  /** 0 keeps files whatever their age. */
  readonly maxAge: Milliseconds
  readonly maxDirectorySize: Bytes
  readonly maxFileSize: Bytes
}

/**
 * The files that have to go before a new one is begun: those past the age, then the oldest until a full
 * new file fits below the folder's limit. Files of other logs are neither counted nor named.
 */
export function expiredFiles(
  files: readonly { readonly name: string; readonly size: Bytes }[],
  prefix: string,
  { now, limits }: { readonly now: Milliseconds; readonly limits: LogLimits },
): readonly string[] {
  const ours = files
    .flatMap(({ name, size }) => {
      const parsed = parseLogFileName(prefix, name)
      return parsed === undefined ? [] : [{ ...parsed, size }]
    })
    .sort(byAge)
  let total = ours.reduce((sum, { size }) => sum + size, 0)
  const reserved = Number.isFinite(limits.maxFileSize) ? limits.maxFileSize : 0
  return ours
    .filter(({ stamp, size }) => {
      const tooOld = limits.maxAge > 0 && endOfStamp(stamp) < now - limits.maxAge
      const tooMuch = total + reserved > limits.maxDirectorySize
      if (tooOld || tooMuch) total -= size
      return tooOld || tooMuch
    })
    .map(({ name }) => name)
}
