import type { Milliseconds } from '../../base/time-span.ts'
import { type AttemptHistory, withRun } from '../attempt-history.ts'
import type { ConnectionLimits } from './connection-seats.ts'
import { Fifo } from './fifo.ts'
import { MessageRate } from './message-rate.ts'
import { stallAfter, stalledLimit } from './patience.ts'
import type { QueueKey } from '../queue-key.ts'
import type { QueueLane } from './queue-lane.ts'
import type { Standing } from './standing.ts'
import { type Copy, suspended } from '../stored-message.ts'
import type { Sleeper } from './wake-calendar.ts'

/** Exchange's queue states. */
export type QueueStatus = 'Active' | 'Connecting' | 'Ready' | 'Retry' | 'Suspended'

/** The failures of a queue's next hop. */
export interface QueueTrouble {
  readonly lastError: string
  /** The host of which it speaks, `host (ip)`. */
  readonly remoteHost?: string
  /** The first of the failures in a row. */
  readonly firstRetryAt: Milliseconds
  readonly lastRetryAt: Milliseconds
  /** What failures in the row said before; most queues' always say the same, so have none. */
  readonly before?: EarlierFailures
  /** How long after the last one the next attempt comes; undefined once the waiting is over. */
  retryIn: Milliseconds | undefined
}

/** Failures that came to something else than the last ones. */
interface EarlierFailures {
  readonly history: AttemptHistory
  /** How many they were. */
  readonly count: number
  /** When the first one came that said what the last one says. */
  readonly until: Milliseconds
}

/** Waiting copies per open connection that justify another one. */
const copiesPerConnection = 10

/** What a queue has while something is done for it. */
class QueueWork {
  /** Leased copies that are due, in the order of delivery. */
  readonly window = new Fifo<Copy>()
  readonly lanes: QueueLane[] = []
  connections = 0
  reached = 0
  emptying = false
  preparing = false
  noFurtherBefore: Milliseconds = -Infinity
  refill: Promise<void> | undefined
}

/** One delivery queue in memory: a window of leased copies and the state of its next hop. */
export class DeliveryQueue implements Sleeper {
  readonly key: QueueKey
  /** Of a hundred thousand queues few have any. */
  #work: QueueWork | undefined
  #incoming: MessageRate | undefined
  #outgoing: MessageRate | undefined
  /** The store may hold more copies that are due. */
  moreInStore = false
  /** The earliest due time known of copies in the store. */
  nextDueAt: Milliseconds | undefined
  retryCount = 0
  trouble: QueueTrouble | undefined
  /** By an administrator: the next connection is to try the next hop, whatever is known of it. */
  insists = false
  /** By an administrator: takes copies, but none is tried. */
  suspended = false
  /** In the line of queues that want a connection; undefined while it is not there. */
  linePlace: number | undefined
  standing: Standing = 'untried'
  wakePlace: number | undefined

  constructor(key: QueueKey) {
    this.key = key
  }

  get ready(): number {
    return this.#work?.window.size ?? 0
  }

  /** The copy to be tried next, as far as one is leased. */
  get first(): Copy | undefined {
    return this.#work?.window.first
  }

  /** Connections being opened or in use. */
  get connections(): number {
    return this.#work?.connections ?? 0
  }

  set connections(connections: number) {
    this.#begunWork.connections = connections
  }

  /** Those of them that reached the next hop: MAIL could be said. */
  get reached(): number {
    return this.#work?.reached ?? 0
  }

  set reached(reached: number) {
    this.#begunWork.reached = reached
  }

  /** The connections as far as they serve it already. */
  get lanes(): readonly QueueLane[] {
    return this.#work?.lanes ?? []
  }

  join(lane: QueueLane): void {
    this.#begunWork.lanes.push(lane)
    this.connections++
  }

  leave(lane: QueueLane): void {
    const { lanes } = this.#begunWork
    const at = lanes.indexOf(lane)
    if (at >= 0) lanes.splice(at, 1)
    this.connections--
    if (lane.hasReached) this.reached--
  }

  /** A failure that ends every copy is being carried out, or copies are categorized anew. */
  get emptying(): boolean {
    return this.#work?.emptying === true
  }

  set emptying(emptying: boolean) {
    this.#begunWork.emptying = emptying
  }

  /** Copies are fetched for the first connection, which opens next. */
  get preparing(): boolean {
    return this.#work?.preparing === true
  }

  set preparing(preparing: boolean) {
    this.#begunWork.preparing = preparing
  }

  /** Monotonic time before which no further connection is opened beside those at work. */
  get noFurtherBefore(): Milliseconds {
    return this.#work?.noFurtherBefore ?? -Infinity
  }

  set noFurtherBefore(time: Milliseconds) {
    this.#begunWork.noFurtherBefore = time
  }

  /** Copies are being leased. */
  get refill(): Promise<void> | undefined {
    return this.#work?.refill
  }

  set refill(refill: Promise<void> | undefined) {
    this.#begunWork.refill = refill
  }

  get #begunWork(): QueueWork {
    this.#work ??= new QueueWork()
    return this.#work
  }

  /** The queue waits from now on: what it had for its work is given up, if nothing of it is left. */
  rest(): void {
    const { ready, connections, refill, emptying, preparing, noFurtherBefore } = this
    const isOver = ready === 0 && connections === 0 && refill === undefined
    const isFree = !emptying && !preparing && noFurtherBefore === -Infinity
    if (isOver && isFree) this.#work = undefined
  }

  get inLine(): boolean {
    return this.linePlace !== undefined
  }

  get inRetry(): boolean {
    return this.trouble?.retryIn !== undefined
  }

  /** What the failures in a row came to. It is made when asked for: of a hundred thousand queues few are. */
  get attempts(): AttemptHistory {
    const { trouble, retryCount } = this
    if (trouble === undefined) return []
    const { lastError: reply, remoteHost, firstRetryAt, lastRetryAt: lastAt, before } = trouble
    const { history = [], count: earlier = 0, until: firstAt = firstRetryAt } = before ?? {}
    const host = remoteHost === undefined ? {} : { remoteHost }
    const count = Math.max(1, retryCount - earlier)
    return withRun(history, { reply, ...host, firstAt, lastAt, count })
  }

  /** Copies may be taken into the window: the next hop is not known to fail. */
  get maySend(): boolean {
    return !this.inRetry && !this.emptying && !this.suspended
  }

  get status(): QueueStatus {
    if (this.suspended) return 'Suspended'
    if (this.reached > 0) return 'Active'
    if (this.connections > 0) return 'Connecting'
    return this.inRetry ? 'Retry' : 'Ready'
  }

  /** Nothing in memory and nothing known of in the store. */
  get idle(): boolean {
    return (
      this.ready === 0 &&
      this.connections === 0 &&
      !this.moreInStore &&
      this.nextDueAt === undefined &&
      !this.inRetry &&
      !this.emptying &&
      !this.suspended &&
      this.refill === undefined
    )
  }

  push(copy: Copy): void {
    this.#begunWork.window.push(copy)
  }

  /** A copy that was taken but not tried goes first again. */
  putBack(copy: Copy): void {
    this.#begunWork.window.putBack(copy)
  }

  take(): Copy | undefined {
    return this.#work?.window.take()
  }

  takeAll(): Copy[] {
    return this.#work?.window.takeAll() ?? []
  }

  /** Removes and returns the copies for which `test` holds. */
  takeWhere(test: (copy: Copy) => boolean): Copy[] {
    return this.#work?.window.takeWhere(test) ?? []
  }

  /** A copy came, at this monotonic time. */
  came(at: Milliseconds): void {
    this.#incoming ??= new MessageRate()
    this.#incoming.add(at)
  }

  /** A copy left for good. */
  went(at: Milliseconds): void {
    this.#outgoing ??= new MessageRate()
    this.#outgoing.add(at)
  }

  /** Messages per second over the last minute. */
  rates(at: Milliseconds): { readonly incoming: number; readonly outgoing: number } {
    return {
      incoming: this.#incoming?.perSecond(at) ?? 0,
      outgoing: this.#outgoing?.perSecond(at) ?? 0,
    }
  }

  noteDue(dueAt: Milliseconds): void {
    if (dueAt === suspended) return
    this.nextDueAt = Math.min(this.nextDueAt ?? Infinity, dueAt)
  }

  /**
   * Whether one more connection is worth while: for many copies, or for a few when all the connections at work
   * hang. A next hop that has not answered gets just one.
   */
  wantsConnection(limits: ConnectionLimits, monotonicNow: Milliseconds): boolean {
    if (!this.maySend) return false
    if (this.connections === 0) return !this.preparing && (this.ready > 0 || this.moreInStore)
    if (this.ready === 0 || this.connections >= limits.perQueue) return false
    if (monotonicNow < this.noFurtherBefore) return false
    const many = this.moreInStore || this.ready > copiesPerConnection * this.connections
    if (many && this.reached === this.connections) return true
    return this.connections < stalledLimit(limits) && this.isStalled(monotonicNow)
  }

  /** Its next hop has answered, and now every connection waits for it. */
  isStalled(monotonicNow: Milliseconds): boolean {
    const { lanes, connections, reached } = this
    if (connections === 0 || lanes.length < connections) return false
    if (reached === 0 && this.standing !== 'proven') return false
    return lanes.every(({ watched }) => {
      const since = watched?.waitingSince()
      return since !== undefined && monotonicNow - since >= stallAfter
    })
  }
}
