import type { Awaitable } from '../../base/awaitable.ts'
import type { Conversation } from './conversation.ts'
import type { Outcome } from './outcome.ts'

/** What a verb needs beside the conversation. */
export interface CommandLine {
  readonly argument: string
  /** The client sent more before it could know the answer. */
  readonly pipelined: boolean
}

/** One SMTP verb. */
export interface Verb {
  run(conversation: Conversation, line: CommandLine): Awaitable<Outcome>
  /** The answer to a line with a control character, or octets that are not UTF-8; else 501 5.5.4. */
  readonly spoilt?: Outcome
  /** Agents are asked before it runs. */
  readonly event?: 'OnNoopCommand' | 'OnRsetCommand' | 'OnHelpCommand'
  /** Refused with 503 before HELO or EHLO. */
  readonly afterHello?: true
  /** The client must wait for the answer (RFC 2920 3.1): more input behind it is abuse. */
  readonly endsPipelining?: true
  /** Does no work for mail; a client that only says these is cut off in time. */
  readonly idle?: true
  /** Comes many times in one transaction, so that many in a row may be refused to an honest client. */
  readonly repeats?: true
}
