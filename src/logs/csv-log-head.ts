import type { Milliseconds } from '../base/time-span.ts'
import { logSoftware, productVersion } from '../base/version.ts'

export interface LogHeadFacts {
  /** `SMTP Receive Protocol Log`. */
  readonly logType: string
  readonly fields: readonly string[]
  /** When the file is begun. */
  readonly now: Milliseconds
}

/** The five lines that a file of Exchange's CSV logs begins with. */
export function csvLogHead({ logType, fields, now }: LogHeadFacts): string {
  return [
    `#Software: ${logSoftware}`,
    `#Version: ${productVersion}`,
    `#Log-type: ${logType}`,
    `#Date: ${new Date(now).toISOString()}`,
    `#Fields: ${fields.join(',')}`,
    '',
  ].join('\r\n')
}
