import type { Clock } from '../../base/clock.ts'
import type { ProgramLog } from '../../base/program-log.ts'
import type { ConnectionResult, DeliveryLane, RecipientResult } from '../../queue/delivery-agent.ts'
import { queueKeyText } from '../../queue/queue-key.ts'
import type { StoredContent } from '../../queue/queue-store.ts'
import type { Copy, CopyRecipient } from '../../queue/stored-message.ts'
import type { AddressMemory } from './address-memory.ts'
import type { ConnectionCache } from './connection-cache.ts'
import { troubleOutcome } from './connectivity-texts.ts'
import { brokenText, isDoubtful, type TargetTrouble, troubleText } from './failure-policy.ts'
import type { Lookup, NextHop } from './next-hop.ts'
import { RunWatch } from './run-watch.ts'
import type { SendConnector } from './send-connector.ts'
import type { DeliverySession, SessionOpener } from './session-opener.ts'
import { TargetWalk } from './target-walk.ts'
import { targetName } from './target.ts'
import { sendCopy, type TransactionOutcome } from './transaction.ts'

export interface DeliveryRunOptions {
  readonly findNextHop: (onLookup: (lookup: Lookup) => void) => Promise<NextHop>
  readonly opener: SessionOpener
  readonly cache: ConnectionCache
  readonly addresses: AddressMemory
  readonly store: StoredContent
  readonly clock: Clock
  readonly logger: ProgramLog
  readonly signal: AbortSignal
}

/** What has become of the copy in hand so far, over the targets tried. */
interface Progress {
  readonly copy: Copy
  readonly results: RecipientResult[]
  undecided: readonly CopyRecipient[]
  /** The last target's word for the undecided; undefined while none had one on them. */
  word?: Omit<RecipientResult, 'recipient'>
  /** Clear text was refused, and it may have been for the mail. */
  doubtful?: boolean
}

/** So many copies in a row may be refused in clear before that counts for all others. */
const mostDoubtful = 20

/** One connection's service to one lane: at most one session at a time, with failover between targets. */
export class DeliveryRun {
  readonly #lane: DeliveryLane
  readonly #connector: SendConnector
  readonly #options: DeliveryRunOptions
  readonly #cacheKey: string
  readonly #watch: RunWatch
  readonly #walk: TargetWalk
  #session: DeliverySession | undefined
  #deliveredAny = false
  #doubtfulInRow = 0
  /** The end of a run in which no copy fared better than one that was refused in clear. */
  #refused: ConnectionResult | undefined
  /** The last message was sent to its end, and no answer came. */
  #inDoubt = false

  constructor(lane: DeliveryLane, connector: SendConnector, options: DeliveryRunOptions) {
    this.#lane = lane
    this.#connector = connector
    this.#options = options
    this.#cacheKey = queueKeyText(lane.key)
    this.#watch = new RunWatch(options.clock)
    const { key: queue, insists } = lane
    this.#walk = new TargetWalk({ ...options, queue, insists, connector, watch: this.#watch })
    lane.watch(this.#watch)
  }

  async serve(): Promise<ConnectionResult> {
    try {
      while (!this.#options.signal.aborted && !this.#exhausted()) {
        const next = this.#lane.next()
        const copy = next instanceof Promise ? await next : next
        if (copy === undefined) break
        const end = await this.#deliver(copy)
        if (end !== undefined) return end
      }
      if (this.#refused !== undefined && !this.#deliveredAny) return this.#refused
      return { kind: 'served', ...(this.#inDoubt && { unanswered: true }) }
    } finally {
      this.#walk.leave()
      const closing = this.#release()
      if (closing !== undefined) await closing
    }
  }

  /** Undefined: the copy is reported and the lane can go on. */
  async #deliver(copy: Copy): Promise<ConnectionResult | undefined> {
    const progress: Progress = { copy, results: [], undecided: copy.recipients }
    for (;;) {
      const session = this.#session ?? (await this.#obtain())
      if (!('client' in session)) return this.#giveUp(progress, session)
      this.#lane.reached()
      const seasoned = session.messages > 0
      const outcome = await this.#transfer(session, progress)
      if (progress.undecided.length === 0) {
        if (progress.results.some(({ outcome }) => outcome !== 'retry')) this.#walk.proved()
        const reporting = this.#lane.report(copy, progress.results)
        if (reporting !== undefined) await reporting
        return this.#watch.isGivenUp ? unanswered(session) : undefined
      }
      if (this.#watch.isGivenUp) return this.#giveUp(progress, unanswered(session))
      // A session that had served before may have been closed for its age: the same target deserves a
      // new one. A fresh session that breaks speaks against the target.
      if (outcome.trouble !== undefined && !seasoned)
        this.#walk.advance(outcome.trouble, session.target)
    }
  }

  async #transfer(session: DeliverySession, progress: Progress): Promise<TransactionOutcome> {
    const { copy, undecided: recipients } = progress
    session.messages++
    const outcome = await sendCopy(session, { copy, recipients }, this.#options.store)
    progress.results.push(...outcome.results)
    progress.undecided = outcome.undecided
    const delivered = outcome.results.filter(({ outcome: end }) => end === 'delivered').length
    if (delivered > 0) this.#delivered(session, copy, delivered)
    if (outcome.trouble !== undefined) noteTrouble(progress, session, outcome.trouble)
    this.#inDoubt = outcome.inDoubt
    if (outcome.inDoubt) this.#logDoubt(session, copy)
    const trouble = outcome.trouble ?? failureOf(session)
    if (!session.client.usable || session.spent || trouble !== undefined)
      void this.#discard(trouble && troubleOutcome(trouble))
    return outcome
  }

  #delivered(session: DeliverySession, { message }: Copy, recipients: number): void {
    session.connectivity.carried(message.size, recipients)
    this.#deliveredAny = true
    this.#doubtfulInRow = 0
  }

  async #obtain(): Promise<DeliverySession | ConnectionResult> {
    this.#session = this.#options.cache.take(
      this.#cacheKey,
      ({ connector, messages }) =>
        connector === this.#connector && messages < connector.SmtpMaxMessagesPerConnection,
    )
    if (this.#session !== undefined) {
      this.#watch.use(this.#session)
      return this.#session
    }
    const opened = await this.#walk.open()
    if (!('client' in opened)) return opened
    this.#session = opened
    return opened
  }

  /**
   * No session: the copy goes back untried, or with what its last target said. Undefined: the lane can go
   * on, for that may have been for the copy alone.
   */
  async #giveUp(
    progress: Progress,
    result: ConnectionResult,
  ): Promise<ConnectionResult | undefined> {
    const { word, undecided, results, copy } = progress
    if (word === undefined && results.length === 0) {
      this.#lane.putBack(copy)
      return result
    }
    const reply = result.kind === 'served' ? '451 4.3.2 Delivery was shut down' : result.error
    const host = 'remoteHost' in result ? { remoteHost: result.remoteHost } : {}
    const settled = word ?? { outcome: 'retry' as const, reply, ...host }
    results.push(...undecided.map((recipient) => ({ recipient, ...settled })))
    await this.#lane.report(copy, results)
    if (progress.doubtful !== true || ++this.#doubtfulInRow >= mostDoubtful) return result
    this.#refused = result
    this.#walk.restart()
    return undefined
  }

  #exhausted(): boolean {
    const session = this.#session
    return session !== undefined && session.messages >= this.#connector.SmtpMaxMessagesPerConnection
  }

  #discard(outcome?: string): Promise<void> | undefined {
    const session = this.#session
    this.#session = undefined
    return session?.quit(outcome)
  }

  /** A session that can serve again waits in the cache for a moment. Resolves when one that may not is closed. */
  #release(): Promise<void> | undefined {
    const session = this.#session
    const { cache, signal } = this.#options
    if (!this.#lane.mayKeep) return this.#discard()
    if (session === undefined || signal.aborted || this.#exhausted()) {
      void this.#discard()
      return undefined
    }
    this.#session = undefined
    cache.put(this.#cacheKey, session, this.#connector.ConnectionInactivityTimeOut)
    return undefined
  }

  #logDoubt(session: DeliverySession, copy: Copy): void {
    const { id, messageId } = copy.message
    const target = targetName(session.target)
    this.#options.logger.warn(
      { internalId: id, messageId, target, session: session.id },
      'The peer did not answer the end of the message: it is sent again and may arrive twice',
    )
  }
}

/** A target that demands encryption says nothing of this copy that it would not of all others. */
function noteTrouble(
  progress: Progress,
  { target, facts }: DeliverySession,
  trouble: TargetTrouble,
): void {
  const doubtful = isDoubtful(trouble)
  if (trouble.kind === 'fallback' && !doubtful) return
  if (doubtful) progress.doubtful = true
  const reply = troubleText(trouble)
  progress.word = { outcome: 'retry', reply, remoteHost: targetName(target), session: facts }
}

/** The peer was given up. */
function unanswered({ client, target }: DeliverySession): ConnectionResult {
  const error = client.failure === undefined ? '451 4.4.1 No answer' : brokenText(client.failure)
  return { kind: 'unreachable', error, remoteHost: targetName(target) }
}

/** Why a session broke, if it did. */
function failureOf({ client }: DeliverySession): TargetTrouble | undefined {
  return client.failure && { kind: 'failure', failure: client.failure }
}
