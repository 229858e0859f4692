import type { Bytes } from '../base/byte-size.ts'

/** What a session is begun for. */
export interface ConnectivitySessionOptions {
  /** The queue's domain or smart hosts, as the queue is named. */
  readonly destination: string
  /** The first record's text: what sort of queue, and by which connector. */
  readonly description: string
  /** By what it goes; SMTP when nothing is said. */
  readonly source?: 'SMTP' | 'GATEWAY' | 'AGENT'
}

/** The connectivity log of one outbound session, from before its host is known to its end. */
export interface ConnectivitySession {
  /** 16 upper-case hex digits, by which the SmtpSend protocol log names the session, too. */
  readonly id: string
  /** Tells of the way there: what the DNS said, which host was reached or was not (`>`). */
  note(description: string): void
  /** A message went over it. */
  carried(bytes: Bytes, recipients: number): void
  /** It is over (`-`): what it carried, and why no more, where that is worth a word. Counts once. */
  end(outcome?: string): void
}

/** One service's connectivity log: where it connected, how that went, and how much went over. */
export interface ConnectivityLog {
  /** Begins a session (`+`). Neither this nor a session's methods throw or wait. */
  session(options: ConnectivitySessionOptions): ConnectivitySession
}
