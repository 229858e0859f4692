import type { Milliseconds } from '../base/time-span.ts'

/** What an agent did, as the agent log tells it; texts that are not known are empty. */
export interface AgentLogEntry {
  readonly sessionId: string
  /** `192.0.2.1:25`. */
  readonly localEndpoint: string
  readonly remoteEndpoint: string
  /** The address from which the message came to the organisation. */
  readonly enteredOrgFromIp: string
  /** With its angle brackets. */
  readonly messageId: string
  /** The sender in the envelope. */
  readonly p1FromAddress: string
  /** The authors in the header. */
  readonly p2FromAddresses: readonly string[]
  /** Those concerned. */
  readonly recipients: readonly string[]
  readonly agent: string
  /** `OnEndOfData`. */
  readonly event: string
  /** As Exchange names it: `RejectMessage`, `DeleteRecipients`. */
  readonly action: string
  readonly smtpResponse: string
  readonly reason: string
  readonly reasonData: string
  readonly diagnostics: string
  readonly networkMessageId: string
  /** `Incoming`, `Originating`. */
  readonly directionality: string
}

/** An entry as it is read back. */
export interface AgentLogRecord extends AgentLogEntry {
  readonly time: Milliseconds
}

/** Where agents' actions are told. */
export interface AgentLog {
  /** False when the log is switched off: then nothing need be told. */
  readonly enabled: boolean
  record(entry: AgentLogEntry): void
}

/** The columns, as Exchange has them. */
export const agentLogFields = [
  'Timestamp',
  'SessionId',
  'LocalEndpoint',
  'RemoteEndpoint',
  'EnteredOrgFromIP',
  'MessageId',
  'P1FromAddress',
  'P2FromAddresses',
  'Recipient',
  'NumRecipients',
  'Agent',
  'Event',
  'Action',
  'SmtpResponse',
  'Reason',
  'ReasonData',
  'Diagnostics',
  'NetworkMsgID',
  'TenantID',
  'Directionality',
] as const
