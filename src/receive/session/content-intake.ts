import type { Awaitable } from '../../base/awaitable.ts'
import type { Bytes } from '../../base/byte-size.ts'
import type { IncomingMessage } from '../../message/message-sink.ts'
import { LineEndCheck } from '../../smtp/line-end-check.ts'
import { bareLinefeedRejected, messageTooLarge, nulRejected } from '../../smtp/replies.ts'
import type { Reply } from '../../smtp/reply.ts'

export interface IntakeRules {
  /** Infinity for who may bypass the limit. */
  readonly maxSize: Bytes
  readonly rejectBareLinefeed: boolean
}

/** What of a message's octets is not fit for mail. */
export interface ContentFaults {
  readonly bareLineFeed: boolean
  readonly nul: boolean
}

/**
 * Passes the content of one message on and judges it as it goes by. After a fault nothing more is
 * passed on and the message is forgotten at once, so that what follows costs no room.
 */
export class ContentIntake {
  readonly #message: IncomingMessage
  readonly #rules: IntakeRules
  readonly #lineEnds = new LineEndCheck()
  #size: Bytes = 0
  #refusal: Reply | undefined
  #ended = false

  constructor(message: IncomingMessage, rules: IntakeRules) {
    this.#message = message
    this.#rules = rules
  }

  /** Takes octets; waits while the sink has no room. */
  write(chunk: Buffer): Awaitable<void> {
    this.#size += chunk.length
    if (this.#size > this.#rules.maxSize) this.refuse(messageTooLarge)
    return this.#refusal === undefined ? this.#message.write(chunk) : undefined
  }

  /** The same for a BDAT chunk, whose octets nobody has looked at yet. */
  writeOctets(chunk: Buffer): Awaitable<void> {
    if (this.#rules.rejectBareLinefeed) this.#lineEnds.add(chunk)
    if (chunk.includes(0)) this.refuse(nulRejected)
    return this.write(chunk)
  }

  /** The content is complete: takes responsibility for it, or says why not. */
  finish(
    faults: ContentFaults = { bareLineFeed: this.#lineEnds.bare, nul: false },
  ): Awaitable<Reply> {
    if (faults.nul) this.refuse(nulRejected)
    if (faults.bareLineFeed && this.#rules.rejectBareLinefeed) this.refuse(bareLinefeedRejected)
    if (this.#refusal !== undefined) return this.#refusal
    this.#ended = true
    return this.#message.commit()
  }

  /** The reply to a chunk that is not the last: a refusal, or undefined when all is well. */
  get refusal(): Reply | undefined {
    return this.#refusal
  }

  /** Refuses the message for good; the first reason counts. */
  refuse(reason: Reply): void {
    this.#refusal ??= reason
    this.abandon()
  }

  /** Forgets the message; does nothing once it ended. */
  abandon(): void {
    if (this.#ended) return
    this.#ended = true
    this.#message.abort()
  }
}
