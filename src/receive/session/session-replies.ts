import { type Reply, formatReply } from '../../smtp/reply.ts'
import type { SessionLog } from './session-log.ts'
import type { SessionTransport } from './session-transport.ts'

/** Replies to pipelined commands go out together; what exceeds this does not wait for the rest. */
const maxHeld = 16_384

/** What a session says: logged at once, sent when there is nothing more to answer. */
export class SessionReplies {
  readonly #transport: SessionTransport
  readonly #log: SessionLog
  readonly #enhancedCodes: boolean
  #held = ''
  #stalled = false

  constructor(transport: SessionTransport, log: SessionLog, enhancedCodes: boolean) {
    this.#transport = transport
    this.#log = log
    this.#enhancedCodes = enhancedCodes
  }

  /** The client does not read: nothing more is to be done for it before `drained`. */
  get stalled(): boolean {
    return this.#stalled
  }

  say(reply: Reply): void {
    this.#log.reply(reply)
    this.#hold(reply)
  }

  /** Says a reply of AUTH, which the log does not show. */
  sayMasked(reply: Reply): void {
    this.#log.challenge(reply)
    this.#hold(reply)
  }

  flush(): void {
    if (this.#held === '') return
    const octets = this.#held
    this.#held = ''
    if (!this.#transport.write(octets)) this.#stalled = true
  }

  drained(): void {
    this.#stalled = false
  }

  #hold(reply: Reply): void {
    this.#held += formatReply(reply, this.#enhancedCodes)
    if (this.#held.length > maxHeld) this.flush()
  }
}
