import type { Milliseconds } from '../../base/time-span.ts'
import type { ConnectionLimits } from './connection-seats.ts'
import { MessageRate } from '../../base/message-rate.ts'
import type { QueueKey } from '../queue-key.ts'
import type { QueueLane } from './queue-lane.ts'
import type { QueueStatus } from './queue-state.ts'
import type { PriorityQuotas } from '../priority-queuing.ts'
import { QueueWork } from './queue-work.ts'
import type { NextHopFailure } from './next-hop-failures.ts'
import type { Standing } from './standing.ts'
import { type Copy, suspended } from '../stored-message.ts'
import { WaitingQueue } from './waiting-queue.ts'
import type { Sleeper } from './wake-calendar.ts'

/**
 * One delivery queue in memory: what it may do and what is known of its next hop (`WaitingQueue`), a window of leased
 * copies, the connections that take them, and what is known of those in the store. Others tell it what happened; it
 * decides what follows for itself, and says what it wants.
 */
export class DeliveryQueue extends WaitingQueue implements Sleeper {
  /** Of a hundred thousand queues few have any. */
  #work: QueueWork | undefined
  #incoming: MessageRate | undefined
  #outgoing: MessageRate | undefined
  #moreInStore = false
  #nextDueAt: Milliseconds | undefined
  #insists = false
  #inLine = false
  #wakePlace: number | undefined

  constructor(key: QueueKey, standing: Standing = 'untried') {
    super(key, standing)
  }

  get status(): QueueStatus {
    if (this.suspended) return 'Suspended'
    if (this.reached > 0) return 'Active'
    if (this.connections > 0) return 'Connecting'
    return this.inRetry ? 'Retry' : 'Ready'
  }

  /** By an administrator: takes copies, but none is tried. */
  suspend(): void {
    this.change('suspended')
    this.#moreInStore = true
  }

  resume(): void {
    this.change('resumed')
    this.#moreInStore = true
  }

  /** Somebody begins to take its copies out; each one says when it has ended. */
  beginEmptying(): void {
    this.#begunWork.emptiers++
    this.change('emptying begins')
  }

  endEmptying(): void {
    const work = this.#begunWork
    work.emptiers--
    this.#moreInStore = true
    if (work.emptiers === 0) this.change('emptying ends')
  }

  /** Its next hop serves connections of ours, and refused one more: none is opened before that monotonic time. */
  nextHopWantsNoMore(failure: NextHopFailure, before: Milliseconds): void {
    this.nextHopFailedOnce(failure)
    this.#begunWork.noFurtherBefore = before
  }

  /** By an administrator: the next connection is to try the next hop, whatever is known of it. */
  insist(): void {
    this.#insists = true
  }

  get inLine(): boolean {
    return this.#inLine
  }

  stoodInLine(): void {
    this.#inLine = true
  }

  leftLine(): void {
    this.#inLine = false
  }

  get wakePlace(): number | undefined {
    return this.#wakePlace
  }

  sleepAt(place: number | undefined): void {
    this.#wakePlace = place
  }

  get ready(): number {
    return this.#work?.window.size ?? 0
  }

  get first(): Copy | undefined {
    return this.#work?.window.first
  }

  /** The copies that wait for a connection. */
  get window(): readonly Copy[] {
    return this.#work?.window.all ?? []
  }

  /** The store may hold more copies that are due. */
  get moreInStore(): boolean {
    return this.#moreInStore
  }

  /** The earliest due time known of copies in the store. */
  get nextDueAt(): Milliseconds | undefined {
    return this.#nextDueAt
  }

  /** Copies that are due may have come into the store, or back to it. */
  storeMayHaveMore(): void {
    this.#moreInStore = true
  }

  /** The store was asked for as many copies as there is room for, and gave as many, or all. */
  storeGave({ all }: { readonly all: boolean }): void {
    this.#moreInStore = !all
  }

  noteDue(dueAt: Milliseconds): void {
    if (dueAt === suspended) return
    this.#nextDueAt = Math.min(this.#nextDueAt ?? Infinity, dueAt)
  }

  /** What was due later is due now. */
  dueTimeCame(): void {
    this.#nextDueAt = undefined
    this.#moreInStore = true
  }

  /** The store is not asked again before that time. */
  pauseUntil(time: Milliseconds): void {
    this.#moreInStore = false
    this.#nextDueAt = time
  }

  get refill(): Promise<void> | undefined {
    return this.#work?.refill
  }

  /** Leases copies by `fill`, unless that is under way; `filled` is told of the end. */
  refillBy(fill: () => Promise<void>, filled: () => void): Promise<void> {
    const work = this.#begunWork
    work.refill ??= fill().finally(() => {
      work.refill = undefined
      filled()
    })
    return work.refill
  }

  /** With quotas, into its class of priority. */
  push(copy: Copy, quotas?: PriorityQuotas): void {
    this.#begunWork.window.push(copy, quotas)
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

  holds(copyId: number): boolean {
    return this.#work?.window.some(({ id }) => id === copyId) === true
  }

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
    const [incoming, outgoing] = [this.#incoming, this.#outgoing]
    return { incoming: incoming?.perSecond(at) ?? 0, outgoing: outgoing?.perSecond(at) ?? 0 }
  }

  get connections(): number {
    return this.#work?.connections ?? 0
  }

  get reached(): number {
    return this.#work?.reached ?? 0
  }

  /** The connections as far as they serve it already. */
  get lanes(): readonly QueueLane[] {
    return this.#work?.lanes ?? []
  }

  /** Copies are fetched for the first connection, which opens next. */
  beginPreparing(): void {
    this.#begunWork.preparing = true
  }

  endPreparing(): void {
    this.#begunWork.preparing = false
  }

  /** A connection begins, made by `lane`, which is told whether to try the next hop whatever is known of it. */
  connect(lane: (insists: boolean) => QueueLane): QueueLane {
    const made = lane(this.#insists)
    this.#insists = false
    this.#begunWork.connect(made)
    return made
  }

  /** One of its connections reached the next hop. */
  nextHopReached(): void {
    this.#begunWork.reached++
  }

  /** A connection has ended. */
  disconnect(lane: QueueLane): void {
    this.#begunWork.disconnect(lane)
  }

  /**
   * Whether one more connection is worth while: for many copies, or for a few when all the connections at work
   * hang. A next hop that has not answered gets just one.
   */
  wantsConnection(limits: ConnectionLimits, monotonicNow: Milliseconds): boolean {
    if (!this.maySend) return false
    const work = this.#work
    const mayHave = this.#moreInStore
    if (work === undefined || work.connections === 0)
      return work?.preparing !== true && (mayHave || this.ready > 0)
    return work.wantsAnother({
      limits,
      moreInStore: mayHave,
      hasAnswered: this.#hasAnswered,
      monotonicNow,
    })
  }

  /** Its next hop has answered, and now every connection waits for it. */
  isStalled(monotonicNow: Milliseconds): boolean {
    return this.#hasAnswered && this.#work?.isStalled(monotonicNow) === true
  }

  /** Nothing is under way for it, and it stands in no line: its next due time, or its end, can be waited for. */
  get isAtRest(): boolean {
    const { refill, connections, ready } = this
    return refill === undefined && connections === 0 && ready === 0 && !this.#inLine
  }

  /** Nothing in memory and nothing known of in the store. */
  get idle(): boolean {
    const isUnknown = !this.#moreInStore && this.#nextDueAt === undefined
    const { refill, connections, ready } = this
    return this.maySend && isUnknown && refill === undefined && connections === 0 && ready === 0
  }

  /** The queue waits from now on: what it had for its work is given up, if nothing of it is left. */
  rest(): void {
    if (this.#work?.isOver === true) this.#work = undefined
  }

  get #hasAnswered(): boolean {
    return this.reached > 0 || this.standing === 'proven'
  }

  get #begunWork(): QueueWork {
    this.#work ??= new QueueWork()
    return this.#work
  }
}
