import type { ProgramLog } from '../base/program-log.ts'
import type { ConnectivitySession } from '../logs/connectivity-log.ts'
import type { ConnectionResult, DeliveryLane, RecipientResult } from '../queue/delivery-agent.ts'
import { queueKeyText } from '../queue/queue-key.ts'
import type { Copy, CopyRecipient } from '../queue/stored-message.ts'
import type { ConnectionCache } from './connection-cache.ts'
import { lookupsDescription, nextHopOutcome, troubleOutcome } from './connectivity-texts.ts'
import { type TargetTrouble, troubleText, unreachableText } from './failure-policy.ts'
import type { KnownTargets, Targets } from './known-targets.ts'
import type { Lookup, NextHop } from './next-hop.ts'
import type { SendConnector } from './send-connector.ts'
import type { DeliverySession, SessionOpener } from './session-opener.ts'
import { type Target, targetName } from './target.ts'
import { type ReadPiece, sendCopy, type TransactionOutcome } from './transaction.ts'

export interface DeliveryRunOptions {
  readonly findNextHop: (onLookup: (lookup: Lookup) => void) => Promise<NextHop>
  readonly opener: SessionOpener
  readonly cache: ConnectionCache
  readonly readPiece: ReadPiece
  readonly logger: ProgramLog
  readonly signal: AbortSignal
}

/** What has become of the copy in hand so far, over the targets tried. */
interface Progress {
  readonly copy: Copy
  readonly results: RecipientResult[]
  undecided: readonly CopyRecipient[]
  /** The last target's word for the undecided; undefined while none was tried. */
  word?: Omit<RecipientResult, 'recipient'>
}

/** One connection's service to one lane: at most one session at a time, with failover between targets. */
export class DeliveryRun {
  readonly #lane: DeliveryLane
  readonly #connector: SendConnector
  readonly #options: DeliveryRunOptions
  readonly #cacheKey: string
  #session: DeliverySession | undefined
  #targets: readonly Target[] | undefined
  /** What the DNS has yet to tell of targets, for when those that are known are of no use. */
  #later: KnownTargets['later']
  #dnsFaults: readonly string[] = []
  /** Index of the target in use or to be tried next. */
  #current = 0
  #first: { readonly trouble: TargetTrouble; readonly target: Target } | undefined

  constructor(lane: DeliveryLane, connector: SendConnector, options: DeliveryRunOptions) {
    this.#lane = lane
    this.#connector = connector
    this.#options = options
    this.#cacheKey = queueKeyText(lane.key)
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
      return { kind: 'served' }
    } finally {
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
        const reporting = this.#lane.report(copy, progress.results)
        if (reporting !== undefined) await reporting
        return undefined
      }
      if (outcome.trouble === undefined) continue
      this.#advance(outcome.trouble, session, seasoned)
    }
  }

  async #transfer(session: DeliverySession, progress: Progress): Promise<TransactionOutcome> {
    const { copy, undecided: recipients } = progress
    session.messages++
    const outcome = await sendCopy(session, { copy, recipients }, this.#options.readPiece)
    progress.results.push(...outcome.results)
    progress.undecided = outcome.undecided
    const delivered = outcome.results.filter(({ outcome: end }) => end === 'delivered').length
    if (delivered > 0) session.connectivity.carried(copy.message.size, delivered)
    if (outcome.trouble !== undefined) {
      const { target, facts } = session
      const reply = troubleText(outcome.trouble)
      progress.word = { outcome: 'retry', reply, remoteHost: targetName(target), session: facts }
    }
    if (outcome.inDoubt) this.#logDoubt(session, copy)
    const trouble = outcome.trouble ?? failureOf(session)
    if (!session.client.usable || session.spent || trouble !== undefined)
      void this.#discard(trouble && troubleOutcome(trouble))
    return outcome
  }

  /**
   * A session that had served before may have been closed for its age: the same target deserves a new
   * one. A fresh session that breaks speaks against the target.
   */
  #advance(trouble: TargetTrouble, { target }: DeliverySession, seasoned: boolean): void {
    if (seasoned) return
    this.#first ??= { trouble, target }
    this.#current++
  }

  async #obtain(): Promise<DeliverySession | ConnectionResult> {
    this.#session = this.#options.cache.take(
      this.#cacheKey,
      ({ connector, messages }) =>
        connector === this.#connector && messages < connector.SmtpMaxMessagesPerConnection,
    )
    if (this.#session !== undefined) return this.#session
    return this.#targets === undefined ? this.#search() : this.#connect(this.#targets)
  }

  async #search(): Promise<DeliverySession | ConnectionResult> {
    const begun = this.#options.opener.begin(this.#lane.key)
    const lookups: Lookup[] = []
    const nextHop = await this.#options.findNextHop((lookup) => lookups.push(lookup))
    if (lookups.length > 0) begun.note(lookupsDescription(lookups))
    if (nextHop.kind !== 'targets') {
      begun.end(nextHopOutcome(nextHop))
      return nextHop
    }
    this.#targets = nextHop.targets
    this.#later = nextHop.later
    this.#dnsFaults = nextHop.dnsFaults
    return this.#connect(nextHop.targets, begun)
  }

  async #connect(
    targets: readonly Target[],
    begun?: ConnectivitySession,
  ): Promise<DeliverySession | ConnectionResult> {
    const { opener, signal } = this.#options
    const { key } = this.#lane
    let first = begun
    for (; this.#current < targets.length; this.#current++) {
      const target = targets[this.#current]
      if (target === undefined || signal.aborted) break
      const request = { target, connector: this.#connector, queue: key, signal, begun: first }
      const opened = await opener.open(request)
      first = undefined
      if ('client' in opened) {
        this.#session = opened
        return opened
      }
      this.#first ??= { trouble: opened, target }
    }
    first?.end()
    if (signal.aborted) return { kind: 'served' }
    return this.#later === undefined ? this.#unreachable(targets) : this.#goOn(targets, this.#later)
  }

  /** The known targets were of no use. */
  async #goOn(
    known: readonly Target[],
    later: () => Promise<Targets>,
  ): Promise<DeliverySession | ConnectionResult> {
    this.#later = undefined
    const { targets, dnsFaults } = await later()
    this.#targets = [...known, ...targets]
    this.#dnsFaults = dnsFaults
    return this.#connect(this.#targets)
  }

  #unreachable(targets: readonly Target[]): ConnectionResult {
    const last = targets.at(-1)
    if (this.#first === undefined || last === undefined)
      return { kind: 'unreachable', error: '451 4.4.0 There was no target to try' }
    const { trouble, target } = this.#first
    const error = unreachableText(trouble, last, this.#dnsFaults)
    return { kind: 'unreachable', error, remoteHost: targetName(target) }
  }

  /** No session: the copy goes back untried, or with what its last target said. */
  async #giveUp(progress: Progress, result: ConnectionResult): Promise<ConnectionResult> {
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
    return result
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

/** Why a session broke, if it did. */
function failureOf({ client }: DeliverySession): TargetTrouble | undefined {
  return client.failure && { kind: 'failure', failure: client.failure }
}
