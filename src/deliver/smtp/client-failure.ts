import type { Reply } from '../../smtp/reply.ts'

/** How far a session had come. `command` is any verb that is none of the others. */
export type ClientStage =
  | 'connect'
  | 'greeting'
  | 'hello'
  | 'tls'
  | 'auth'
  | 'command'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'content'
  | 'final-dot'

/**
 * `refused`: no connection came about. `timeout`: no answer in time. `closed`: the peer ended the
 * connection. `protocol`: what it said is no SMTP. `tls`: the handshake failed. `unsupported`: it
 * lacks what we need.
 */
export type ClientFailureKind =
  'refused' | 'timeout' | 'closed' | 'protocol' | 'tls' | 'unsupported'

export interface ClientFailureOptions extends ErrorOptions {
  readonly stage: ClientStage
  readonly kind: ClientFailureKind
  /** Replies to the same pipelined commands that came before the failure, in order. */
  readonly replies?: readonly Reply[]
  /** What the peer refused with before the session broke, if it did: the cause of it. */
  readonly refusal?: Reply | undefined
  /** What stands for the failure as LastError, word for word, where the words are given. */
  readonly verdict?: Reply
}

/** A session that broke, as opposed to a peer that refused: that is a Reply. */
export class ClientFailure extends Error {
  override readonly name = 'ClientFailure'
  readonly stage: ClientStage
  readonly kind: ClientFailureKind
  readonly replies: readonly Reply[]
  readonly refusal: Reply | undefined
  readonly verdict: Reply | undefined

  constructor(
    message: string,
    { stage, kind, replies = [], refusal, verdict, ...options }: ClientFailureOptions,
  ) {
    super(message, options)
    this.stage = stage
    this.kind = kind
    this.replies = replies
    this.refusal = refusal
    this.verdict = verdict
  }

  /** The final dot was sent and no reply came: the peer may have taken the message. */
  get inDoubt(): boolean {
    return this.stage === 'final-dot'
  }
}
