import type { RoutingEvent } from '../agents/agent-events.ts'
import { putOffByAgent } from '../queue/defer-reason.ts'
import type { RecipientResult } from '../queue/delivery-agent.ts'
import type { Recategorized, ResolutionStep } from '../queue/recategorized.ts'
import { type Copy, type CopyRecipient, suspended } from '../queue/stored-message.ts'
import type { Resolved } from './recipient-resolution.ts'
import type { RoutingEvents, StagedMail } from './routing-events.ts'
import type { Split } from './split.ts'

/** What agents' events do with a message, one after the other, and what is gathered on the way. */
export class Passage {
  readonly #events: RoutingEvents
  readonly #failed: RecipientResult[] = []
  readonly #deferred: CopyRecipient[] = []
  readonly #steps: ResolutionStep[] = []
  #mail: StagedMail
  #held: string | undefined
  #end: Recategorized | undefined

  constructor(copy: Copy, events: RoutingEvents) {
    this.#events = events
    this.#mail = { copy, recipients: copy.recipients, copies: [] }
  }

  /** The message as it has come so far. */
  get mail(): StagedMail {
    return this.#mail
  }

  /** Set when an agent ended it: it goes no further, and this is what becomes of it. */
  get end(): Recategorized | undefined {
    return this.#end
  }

  /** Asks at an event; whether there are other recipients, or another message, than before. */
  async ask(event: RoutingEvent): Promise<boolean> {
    const before = this.#mail
    const answer = await this.#events.ask(event, before)
    if (answer.kind !== 'passed') {
      before.changed?.pending.abort()
      this.#end = ended(before.copy, answer)
      return false
    }
    const { recipients, changed, failed = [], held } = answer
    const { copy, copies } = before
    this.#failed.push(...failed)
    this.#held ??= held
    this.#mail = { copy, copies, recipients, ...(changed !== undefined && { changed }) }
    return recipients !== before.recipients || changed !== before.changed
  }

  resolved({ recipients, failed, deferred, steps }: Resolved): void {
    this.#failed.push(...failed)
    this.#deferred.push(...deferred)
    this.#steps.push(...steps)
    this.#mail = { ...this.#mail, recipients }
  }

  /** The next hops of the recipients; those without any are no recipients any more. */
  routed({ copies, failed }: Split): void {
    this.#failed.push(...failed)
    const recipients =
      failed.length === 0 ? this.#mail.recipients : copies.flatMap((each) => each.recipients)
    this.#mail = { ...this.#mail, recipients, copies }
  }

  /** What became of the message that has come through. */
  get result(): Recategorized {
    const { copies, changed } = this.#mail
    const held = this.#held
    return {
      copies:
        held === undefined
          ? copies
          : copies.map(({ queue, recipients }) => ({
              queue,
              recipients: recipients.map((one) => ({ ...one, lastError: held })),
              dueAt: suspended,
            })),
      failed: this.#failed,
      ...(this.#deferred.length > 0 && { deferred: { recipients: this.#deferred } }),
      ...(changed !== undefined && { changed }),
      ...(this.#steps.length > 0 && { steps: this.#steps }),
    }
  }
}

function ended(
  { recipients }: Copy,
  answer: {
    readonly kind: 'deferred' | 'discarded'
    readonly reason: string
    readonly until?: number
  },
): Recategorized {
  const { reason, until } = answer
  if (answer.kind === 'discarded') {
    const dropped = recipients.map((recipient): RecipientResult => ({
      recipient,
      outcome: 'failed',
      reply: reason,
    }))
    return { copies: [], failed: [], dropped }
  }
  const waiting = recipients.map((recipient) => ({
    ...recipient,
    lastError: `${putOffByAgent}; ${reason}`,
  }))
  const deferred = { recipients: waiting, ...(until !== undefined && { until }) }
  return { copies: [], failed: [], deferred }
}
