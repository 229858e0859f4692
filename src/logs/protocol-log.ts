import type { Endpoint } from '../message/message-sink.ts'

/** `+` connect, `-` disconnect, `>` sent by this server, `<` received, `*` information. */
export type ProtocolEvent = '+' | '-' | '>' | '<' | '*'

/** The protocol log of one session; records are numbered from 0. */
export interface ProtocolSession {
  /** 16 upper-case hex digits, unique, growing with time. */
  readonly id: string
  /**
   * Adds a record. Returns at once and never throws; the caller keeps credentials and content out
   * of `data`. Does nothing for a connector whose ProtocolLoggingLevel is None.
   */
  record(event: ProtocolEvent, data: string, context?: string): void
  /** The disk does not keep up: half of what may wait for it is waiting. Absent: it always does. */
  readonly isCrowded?: boolean
}

export interface ProtocolSessionOptions {
  /** `SERVER\Connector name` for Receive connectors, the connector's name for Send connectors. */
  readonly connectorId: string
  readonly local: Endpoint
  readonly remote: Endpoint
  /** ProtocolLoggingLevel Verbose. */
  readonly verbose: boolean
  /** The id that the connectivity log has for it; absent: a new one. */
  readonly id?: string
}

/** One service's SmtpReceive or SmtpSend protocol log. */
export interface ProtocolLog {
  session(options: ProtocolSessionOptions): ProtocolSession
}
