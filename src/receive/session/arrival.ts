import type { Awaitable } from '../../base/awaitable.ts'
import type { Envelope, Recipient } from '../../message/envelope.ts'
import type { AddressCheck, IncomingMessage } from '../../message/message-sink.ts'
import { LineEndCheck } from '../../smtp/line-end-check.ts'
import { bareLinefeedRejected, nulRejected } from '../../smtp/replies.ts'
import type { Reply } from '../../smtp/reply.ts'
import type { CountedMessage } from '../limits/message-rates.ts'

/** What of a message's octets is not fit for mail. */
export interface ContentFaults {
  readonly bareLineFeed: boolean
  readonly nul: boolean
}

export interface ArrivalOptions {
  readonly envelope: Envelope
  /** As a message of MessageRateLimit; undefined where the front end has counted it. */
  readonly counted: CountedMessage | undefined
  readonly rejectBareLinefeed: boolean
}

/**
 * A message on its way in, from MAIL to its end: begin, recipients, content, then `end` or `abandon`. What
 * it is refused for stands in the message itself (`refuse`), so that the first reason counts.
 */
export class Arrival {
  readonly envelope: Envelope
  readonly #message: IncomingMessage
  readonly #options: ArrivalOptions
  readonly #lineEnds = new LineEndCheck()
  #recipients = 0
  #stage: 'envelope' | 'content' | 'ended' = 'envelope'

  constructor(message: IncomingMessage, options: ArrivalOptions) {
    this.#message = message
    this.#options = options
    this.envelope = options.envelope
  }

  /** How many were taken. */
  get recipients(): number {
    return this.#recipients
  }

  /** Content has begun: no recipient is taken any more. */
  get hasContent(): boolean {
    return this.#stage !== 'envelope'
  }

  /** Why it will not be taken, as far as is known. */
  get refusal(): Reply | undefined {
    return this.#message.refusal
  }

  /** Undefined: taken. */
  addRecipient(recipient: Recipient, check?: AddressCheck): Awaitable<Reply | undefined> {
    const refusal = this.#message.addRecipient(recipient, check)
    return refusal instanceof Promise
      ? refusal.then((late) => this.#count(late))
      : this.#count(refusal)
  }

  /** Undefined: content may come. A refusal leaves the message to be abandoned. */
  startContent(): Awaitable<Reply | undefined> {
    const refusal = this.#message.startContent()
    return refusal instanceof Promise
      ? refusal.then((late) => this.#begin(late))
      : this.#begin(refusal)
  }

  /** Takes octets of content; waits while there is no room. */
  write(chunk: Buffer): Awaitable<void> {
    return this.#message.refusal === undefined ? this.#message.write(chunk) : undefined
  }

  /** The same for a BDAT chunk, whose octets nobody has looked at yet. */
  writeOctets(chunk: Buffer): Awaitable<void> {
    if (this.#options.rejectBareLinefeed) this.#lineEnds.add(chunk)
    if (chunk.includes(0)) this.#message.refuse(nulRejected)
    return this.write(chunk)
  }

  /** The content is complete: takes responsibility for it, or says why not. */
  end(faults: ContentFaults = { bareLineFeed: this.#lineEnds.bare, nul: false }): Awaitable<Reply> {
    if (faults.nul) this.#message.refuse(nulRejected)
    if (faults.bareLineFeed && this.#options.rejectBareLinefeed)
      this.#message.refuse(bareLinefeedRejected)
    this.#stage = 'ended'
    return this.#message.refusal ?? this.#message.commit()
  }

  /** Forgets the message; does nothing once it ended. No call may be under way. */
  abandon(): void {
    if (this.#stage === 'ended') return
    if (this.#stage === 'envelope') this.#options.counted?.takeBack()
    this.#stage = 'ended'
    this.#message.abort()
  }

  #count(refusal: Reply | undefined): Reply | undefined {
    if (refusal === undefined) this.#recipients++
    return refusal
  }

  #begin(refusal: Reply | undefined): Reply | undefined {
    if (refusal === undefined) this.#stage = 'content'
    return refusal
  }
}
