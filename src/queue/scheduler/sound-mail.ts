import type { Awaitable } from '../../base/awaitable.ts'
import type { QueueLog } from '../queue-events.ts'
import type { QueueStore } from '../queue-store.ts'
import type { RecipientResult } from '../delivery-agent.ts'
import { type Copy, placeOf } from '../stored-message.ts'
import { allFailed } from './verdict.ts'

/** What the sender of a damaged message is told. */
export const damagedReply =
  '554 5.6.0 STORAGE.Damaged; the message was damaged on the disk of this server and was not sent'
/** For a copy that is tried again. */
const unreadableReply = '451 4.3.0 STORAGE.Unreadable; the message cannot be read from the disk'

interface SoundMailParts {
  readonly store: QueueStore
  readonly log: QueueLog
}

/** Keeps back what is not as it was taken in, before any of it is sent. */
export class SoundMail {
  readonly #parts: SoundMailParts

  constructor(parts: SoundMailParts) {
    this.#parts = parts
  }

  /**
   * Looks at a copy that is to be sent; undefined when it is sound. What is damaged is put aside for an
   * administrator and told in the log before it fails; what cannot be read or put aside for now waits. Never
   * rejects.
   */
  faults(copy: Copy): Awaitable<readonly RecipientResult[] | undefined> {
    if (copy.damage !== undefined) return this.#setAside(copy, copy.damage)
    const damage = this.#damageOf(copy)
    return damage instanceof Promise ? this.#judge(copy, damage) : undefined
  }

  #damageOf(copy: Copy): Awaitable<string | undefined> {
    return this.#parts.store.damageOf(copy.message.id)
  }

  async #judge(
    copy: Copy,
    damage: Promise<string | undefined>,
  ): Promise<readonly RecipientResult[] | undefined> {
    try {
      const found = await damage
      return found === undefined ? undefined : await this.#setAside(copy, found)
    } catch (error) {
      this.#parts.log.error({ ...factsOf(copy), error }, 'a stored message cannot be read')
      return allRetried(copy)
    }
  }

  async #setAside(copy: Copy, reason: string): Promise<readonly RecipientResult[]> {
    const { store, log } = this.#parts
    try {
      const keptAt = await store.setAside(placeOf(copy), reason)
      log.error(
        { ...factsOf(copy), reason, keptAt },
        'a stored message is damaged: it is put aside and not sent, and its sender is told as far as the envelope is known',
      )
      return allFailed(copy, damagedReply)
    } catch (error) {
      log.error(
        { ...factsOf(copy), reason, error },
        'a stored message is damaged, is not sent, and could not be put aside',
      )
      return allRetried(copy)
    }
  }
}

function factsOf({ message, queue, recipients }: Copy): object {
  const { id, messageId, envelope } = message
  const to = recipients.slice(0, 5).map(({ address }) => address)
  return { internalId: id, messageId, sender: envelope.sender, recipients: to, queue }
}

function allRetried(copy: Copy): RecipientResult[] {
  return copy.recipients.map((recipient) => ({
    recipient,
    outcome: 'retry',
    reply: unreadableReply,
  }))
}
