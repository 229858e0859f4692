import type { ProcessTree } from './process-tree.ts'

/** A place that takes SMTP connections. */
export interface Place {
  readonly address: string
  readonly port: number
}

/** A server under load. Disposing ends all its processes and removes its folder. */
export interface MailServer extends AsyncDisposable {
  readonly label: string
  /** Where it takes mail. */
  readonly place: Place
  readonly tree: ProcessTree
  /** Its configuration as started. */
  readonly configuration: string
  /** The end of its log, for a failure's report. */
  lastWords(): Promise<string>
}
