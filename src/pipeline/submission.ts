import { noAgents } from '../agents/agent-roster.ts'
import type { Awaitable } from '../base/awaitable.ts'
import type { IncomingMessage, MailTransaction, MessageSink } from '../message/message-sink.ts'
import type { Reply } from '../smtp/reply.ts'
import { sizeLimit } from './size-limit.ts'
import { type SubmissionServices, SubmittedMessage } from './submitted-message.ts'

/** The Transport service's sink: takes messages into the queue, categorized. */
export class QueueSubmission implements MessageSink {
  readonly #services: SubmissionServices

  constructor(services: SubmissionServices) {
    this.#services = services
  }

  begin(transaction: MailTransaction): Awaitable<IncomingMessage | Reply> {
    const { transportConfig, agents } = this.#services
    const limit = sizeLimit(transaction, transportConfig.current)
    if ((transaction.declaredSize ?? 0) > limit.size) return limit.refusal
    // No client brought a file: only the categorizer's events concern it.
    const isFile = transaction.session.file !== undefined
    const roster = isFile ? noAgents : (agents?.roster ?? noAgents)
    const message = new SubmittedMessage(this.#services, { transaction, limit, roster })
    const refusal = message.begin()
    return refusal instanceof Promise
      ? refusal.then((late) => late ?? message)
      : (refusal ?? message)
  }
}
