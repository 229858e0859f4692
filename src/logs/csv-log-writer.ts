import { LogTime } from './log-time.ts'
import { RollingCsvLog, type RollingCsvLogOptions } from './rolling-csv-log.ts'

/** What the writers of all mail logs share: their files, the time of their records, and how they end. */
export class CsvLogWriter implements AsyncDisposable {
  protected readonly log: RollingCsvLog
  protected readonly time: LogTime

  /** Nothing is written, and no folder made, before the first record. */
  constructor(options: RollingCsvLogOptions) {
    this.log = new RollingCsvLog(options)
    this.time = new LogTime(options.clock)
  }

  /** False when the log is switched off: then nothing need be told. */
  get enabled(): boolean {
    return this.log.enabled
  }

  /** Resolves when the records so far are on disk, or lost. */
  async flush(): Promise<void> {
    await this.log.flush()
  }

  /** Writes what waits; later records are silently left out. */
  async close(): Promise<void> {
    await this.log.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
