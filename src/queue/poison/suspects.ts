import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { type Milliseconds, minute, second } from '../../base/time-span.ts'
import type { DeathLog, HeldMessage, InHand, InHandLog, InHandSlot } from './in-hand.ts'
import type { QueueLog } from '../queue-events.ts'
import { isPoisonQueue } from '../queue-key.ts'
import type { QueueStore } from '../queue-store.ts'
import { type Copy, placeOf, suspended } from '../stored-message.ts'

/** Exchange's settings for messages that end the process. */
export interface PoisonSettings {
  readonly PoisonMessageDetectionEnabled: boolean
  readonly PoisonThreshold: number
}

/** What is done with a suspect. */
export interface TrialGround {
  /** Whether its queue tries copies at present. */
  mayBegin(copy: Copy): boolean
  /** Has the copy tried next. */
  begin(copy: Copy): void
  /** Whether it waits to be tried, or is. */
  isHeld(copy: Copy): boolean
  /** Puts the copy into the Poison queue. Never rejects. */
  poison(copy: Copy): Promise<void>
  /** What was kept back for a suspect's sake may go on. */
  resume(): void
}

interface SuspectParts {
  readonly journal: InHandLog
  readonly counts: DeathLog
  readonly store: QueueStore
  readonly settings: Live<PoisonSettings>
  readonly clock: Clock
  readonly log: QueueLog
}

/** A suspect that has been let go on. */
class RunningTrial {
  readonly messageId: number
  readonly ended = Promise.withResolvers<undefined>()
  slot: InHandSlot = -1
  isOver = false

  constructor(messageId: number) {
    this.messageId = messageId
  }
}

/** How long one suspect holds up others: the fewer there are, the longer. */
interface Limits {
  readonly trial: Milliseconds
  readonly quiet: Milliseconds
}

interface Suspect {
  readonly copy: Copy
  /** It was the one on trial when the process died once more: nothing else is begun beside it. */
  readonly isAlone: boolean
}

/** How often a trial is looked at, when nothing tells of its end. */
const interval: Milliseconds = second / 4
/** How long a suspect is waited for before the next one goes on beside it. */
const longestTrial: Milliseconds = minute
/** How long nothing else is begun for the sake of one suspect: for what is in hand to end, and for itself. */
const longestQuiet: Milliseconds = 10 * second
/** The same for all suspects together: many of a next hop that hangs hold nobody up for hours. */
const longestTrials: Milliseconds = 5 * minute
const longestQuietOverall: Milliseconds = minute
/** How long to wait when no suspect's queue may be tried. */
const pause: Milliseconds = second
const copiesPerPage = 1000

/**
 * The messages in hand when the process died: each may have been what ended it. They are kept back while all others
 * go on, and then let go on one at a time. Dies the process again with one of them in hand, and nothing beside it,
 * that is counted; at PoisonThreshold the message goes into the Poison queue. Where others were in hand, too, that
 * message is let go on alone the next time, all others kept back for some seconds.
 */
export class Suspects implements InHand {
  readonly #parts: SuspectParts
  readonly #waiting: Suspect[] = []
  #trial: RunningTrial | undefined
  #alone: number | undefined
  #stopped = false

  constructor(parts: SuspectParts) {
    this.#parts = parts
  }

  get isQuiet(): boolean {
    return this.#alone !== undefined
  }

  isTried(messageId: number): boolean {
    return this.#trial?.messageId === messageId
  }

  enter(messageId: number): InHandSlot {
    const { journal } = this.#parts
    const trial = this.#trial
    if (trial?.messageId !== messageId) return journal.enter(messageId)
    trial.slot = journal.enter(messageId, this.#alone === undefined ? 'beside others' : 'alone')
    return trial.slot
  }

  leave(slot: InHandSlot): void {
    this.#parts.journal.leave(slot)
    const trial = this.#trial
    if (trial?.slot !== slot) return
    trial.slot = -1
    trial.isOver = true
    trial.ended.resolve(undefined)
  }

  /** To be called before anything is leased: the suspects are, here. Never rejects. */
  async start(ground: TrialGround): Promise<void> {
    const { journal, settings, log } = this.#parts
    try {
      if (settings.current.PoisonMessageDetectionEnabled) {
        await this.#countDeaths(journal.died)
        for (const held of journal.died) await this.#takeIn(held, ground)
      }
      await this.#forgetThoseGone()
    } catch (error) {
      log.error({ error }, 'could not look into what was in hand when the service died')
    }
    if (this.#waiting.length === 0) return
    const ids = new Set(this.#waiting.map(({ copy }) => copy.message.id))
    log.warn(
      { messages: ids.size, internalIds: [...ids].slice(0, 10) },
      'messages were in hand when the service died: they go on one at a time',
    )
    void this.#tryAll(ground)
  }

  /** Gives all that is kept back to the store. */
  stop(): void {
    this.#stopped = true
    this.#alone = undefined
    const copies = this.#waiting.splice(0).map(({ copy }) => copy)
    this.#parts.store.release(copies)
  }

  /** Those kept back. */
  get held(): readonly Copy[] {
    return this.#waiting.map(({ copy }) => copy)
  }

  /** Removes from those kept back, and returns, the copies for which `test` holds; they stay leased. */
  takeWhere(test: (copy: Copy) => boolean): Copy[] {
    if (this.#waiting.length === 0) return []
    const taken = this.#waiting.filter(({ copy }) => test(copy))
    for (const each of taken) this.#waiting.splice(this.#waiting.indexOf(each), 1)
    return taken.map(({ copy }) => copy)
  }

  async #countDeaths(died: readonly HeldMessage[]): Promise<void> {
    const guilty = died.filter(
      ({ trial }) => trial === 'alone' || (trial !== 'none' && died.length === 1),
    )
    for (const { messageId } of guilty) this.#parts.counts.add(messageId)
    if (guilty.length > 0) await this.#save()
  }

  async #save(): Promise<void> {
    const { counts, log } = this.#parts
    await counts.save().catch((error: unknown) => {
      log.error({ error }, 'could not write down how often the service died with a message in hand')
    })
  }

  async #forgetThoseGone(): Promise<void> {
    const { counts, store } = this.#parts
    let isChanged = false
    for (const messageId of counts.messageIds) {
      const { copies } = await store.scan({ messageId, limit: 1 })
      if (copies.length > 0) continue
      counts.forget(messageId)
      isChanged = true
    }
    if (isChanged) await this.#save()
  }

  /** Leases what is left of a message, for its trial or for the Poison queue. */
  async #takeIn({ messageId, trial }: HeldMessage, ground: TrialGround): Promise<void> {
    const { store, counts, settings, log } = this.#parts
    const isPoison = counts.of(messageId) >= settings.current.PoisonThreshold
    const found = (await this.#copiesOf(messageId)).filter(
      ({ queue, dueAt }) => !isPoisonQueue(queue) && (isPoison || dueAt !== suspended),
    )
    if (found.length === 0) return
    const { copies } = await store.leaseThese(found.map(placeOf))
    const [first] = copies
    if (first === undefined) return
    const { message } = first
    if (!isPoison) {
      const isAlone = trial !== 'none' || counts.of(messageId) > 0
      this.#waiting.push(...copies.map((copy) => ({ copy, isAlone })))
      return
    }
    log.error(
      {
        internalId: messageId,
        messageId: message.messageId,
        sender: message.envelope.sender,
        deaths: counts.of(messageId),
      },
      'the service died with this message in hand time and again: it waits in the Poison queue, and Resume-Message lets it go on',
    )
    counts.forget(messageId)
    for (const copy of copies) void ground.poison(copy).then(() => this.#save())
  }

  async #copiesOf(messageId: number): Promise<readonly Copy[]> {
    const all: Copy[] = []
    let after: string | undefined
    do {
      const query = { messageId, limit: copiesPerPage, ...(after !== undefined && { after }) }
      const page = await this.#parts.store.scan(query)
      all.push(...page.copies)
      after = page.next
    } while (after !== undefined)
    return all
  }

  /** One at a time, those that were suspects before last. Never rejects. */
  async #tryAll(ground: TrialGround): Promise<void> {
    const { clock, log } = this.#parts
    this.#waiting.sort((a, b) => Number(a.isAlone) - Number(b.isAlone))
    await clock.sleep(pause)
    const limits = limitsAmong(this.#waiting.length)
    for (let refused = 0; this.#waiting.length > 0 && !this.#stopped;) {
      const suspect = this.#waiting.shift()
      if (suspect === undefined) break
      try {
        refused = (await this.#try(suspect, limits, ground)) ? 0 : refused + 1
      } catch (error) {
        log.error({ error, internalId: suspect.copy.message.id }, 'could not let a message go on')
      }
      if (refused >= this.#waiting.length && refused > 0) await clock.sleep(pause)
    }
  }

  /** False when its queue tries nothing now, so that it stands behind the others. */
  async #try(suspect: Suspect, limits: Limits, ground: TrialGround): Promise<boolean> {
    const { clock } = this.#parts
    const { copy, isAlone } = suspect
    const mayBegin = () => !this.#stopped && ground.mayBegin(copy)
    if (isAlone && mayBegin()) await this.#quiet(copy, limits)
    const trial = new RunningTrial(copy.message.id)
    const begun = clock.monotonic()
    const isBegun = mayBegin()
    try {
      if (isBegun) {
        this.#trial = trial
        ground.begin(copy)
      } else this.#keepBack(suspect)
      while (isBegun && !trial.isOver && !this.#stopped && ground.isHeld(copy)) {
        const lasted = clock.monotonic() - begun
        if (lasted >= limits.quiet) this.#endQuiet(ground)
        if (lasted >= limits.trial) break
        await Promise.race([trial.ended.promise, clock.sleep(Math.min(interval, limits.quiet))])
      }
    } finally {
      this.#trial = undefined
      this.#endQuiet(ground)
    }
    return isBegun
  }

  #keepBack(suspect: Suspect): void {
    if (this.#stopped) this.#parts.store.release([suspect.copy])
    else this.#waiting.push(suspect)
  }

  /** Nothing else is begun; waits for what is in hand, but not for long. */
  async #quiet({ message }: Copy, limits: Limits): Promise<void> {
    const { clock, journal } = this.#parts
    this.#alone = message.id
    const begun = clock.monotonic()
    while (journal.size > 0 && !this.#stopped && clock.monotonic() - begun < limits.quiet)
      await clock.sleep(Math.min(interval, limits.quiet))
  }

  #endQuiet(ground: TrialGround): void {
    if (this.#alone === undefined) return
    this.#alone = undefined
    if (this.#trial !== undefined) this.#parts.journal.tryAs(this.#trial.slot, 'beside others')
    ground.resume()
  }
}

function limitsAmong(suspects: number): Limits {
  return {
    trial: Math.min(longestTrial, longestTrials / suspects),
    quiet: Math.min(longestQuiet, longestQuietOverall / suspects),
  }
}
