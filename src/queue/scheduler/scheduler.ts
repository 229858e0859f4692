import { aborted } from '../../base/aborted.ts'
import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { AdminMark } from './admin-mark.ts'
import { ConnectionTurns } from './connection-turns.ts'
import { ConnectionsAtWork } from './connections-at-work.ts'
import type { DeliveryAgent } from '../delivery-agent.ts'
import { DeliveryQueue } from './delivery-queue.ts'
import { DueTimes } from './due-times.ts'
import { MessageOperations } from './message-operations.ts'
import { NextHopTrouble } from './next-hop-trouble.ts'
import type { Notifier } from '../notifier.ts'
import { OverdueSweep } from './overdue-sweep.ts'
import type { QueueEvents, QueueLog } from '../queue-events.ts'
import { type QueueKey, isDeliveryQueue, queueKeyText, submissionQueue } from '../queue-key.ts'
import { QueueListing } from './queue-listing.ts'
import { QueueMap } from '../queue-map.ts'
import { QueueOperations } from './queue-operations.ts'
import { QueueWaits } from './queue-waits.ts'
import { queuePages } from '../queue-pages.ts'
import type { QueueFigures, QueueStore } from '../queue-store.ts'
import { Rerouting } from './rerouting.ts'
import type { Recategorizer } from '../recategorized.ts'
import { Resubmission } from './resubmission.ts'
import type { RetrySettings } from './retry-schedule.ts'
import { Settler } from './settler.ts'
import { SoundMail } from './sound-mail.ts'
import type { SharedPlaces } from '../shared-places.ts'
import type { Copy } from '../stored-message.ts'
import type { MessageSettings } from './verdict.ts'
import { WakeCalendar } from './wake-calendar.ts'
import { WindowKeeper } from './window-keeper.ts'
import { type Standing, standingUnknown } from './standing.ts'

/** Exchange's settings for queues, a part of TransportService. */
export interface SchedulerSettings extends RetrySettings, MessageSettings {
  readonly QueueMaxIdleTime: Milliseconds
  readonly MaxOutboundConnections: number
  readonly MaxPerDomainOutboundConnections: number
}

export interface SchedulerOptions {
  readonly store: QueueStore
  readonly agent: DeliveryAgent
  readonly notifier: Notifier
  readonly recategorize: Recategorizer
  readonly settings: Live<SchedulerSettings>
  /** Short name of the server, as it stands in queue identities. */
  readonly serverName: string
  readonly clock: Clock
  /** The share of this process's time that was used since the last call, 0 to 1. */
  readonly load: () => number
  readonly log: QueueLog
  readonly onEvent: QueueEvents
  /** Where the limits of outbound connections are kept together with other processes. */
  readonly places?: SharedPlaces
}

/** Removes from the windows in memory, and returns, the copies for which `test` holds. */
type TakeHeld = (test: (copy: Copy) => boolean) => Copy[]

/** Decides when which queue gets a connection, and sees that each copy ends with one outcome. */
export class QueueScheduler implements AsyncDisposable {
  readonly #options: SchedulerOptions
  readonly #settler: Settler
  readonly #windows: WindowKeeper
  readonly #trouble: NextHopTrouble
  readonly #sweep: OverdueSweep
  readonly #dueTimes: DueTimes
  readonly #resubmission: Resubmission
  readonly #queues = new QueueMap<DeliveryQueue>()
  readonly #turns: ConnectionTurns
  readonly #wakes: WakeCalendar<DeliveryQueue>
  readonly #work: ConnectionsAtWork
  /** What the management commands see. */
  readonly listing: QueueListing
  /** What they do to queues, and to messages. */
  readonly operations: QueueOperations
  readonly messages: MessageOperations
  #state: 'new' | 'running' | 'ended' = 'new'
  #endRoomWatch: () => void = () => undefined

  constructor(options: SchedulerOptions) {
    this.#options = options
    const { store, clock, log } = options
    const onNewCopies = (copies: readonly Copy[]) => this.enqueue(copies)
    const isRunning = () => this.#state === 'running'
    const marks = new Map<number, AdminMark>()
    const takeHeld: TakeHeld = (test) => this.#windows.takeWhere(this.#queues.values(), test)
    this.#settler = new Settler({
      ...options,
      onNewCopies,
      believedNow: () => this.#dueTimes.believedNow(),
      attemptsOf: (queue) => this.#queues.get(queue)?.attempts ?? [],
      marks,
      onLateRemoval: (copy, kind) => void this.messages.removeLate(copy, kind),
    })
    this.#windows = new WindowKeeper(options)
    const sound = new SoundMail(options)
    const refill = (queue: DeliveryQueue) => this.#refill(queue)
    const consider = (queue: DeliveryQueue) => this.#consider(queue)
    const isSending = () => this.#isSending
    this.#turns = new ConnectionTurns({
      ...{ ...options, isRunning, isSending, refill, consider },
      open: (queue, granted) => {
        this.#wakes.cancel(queue)
        this.#work.open(queue, granted)
      },
    })
    this.#wakes = new WakeCalendar({ clock, onWake: (queue) => this.#wake(queue) })
    this.#trouble = new NextHopTrouble({
      ...{ ...options, settler: this.#settler, windows: this.#windows, wakes: this.#wakes },
      onReady: consider,
      recategorize: ({ key }) => void this.#resubmission.walk(key),
      isRunning,
    })
    this.#work = new ConnectionsAtWork({
      ...{ ...options, settler: this.#settler, windows: this.#windows, sound },
      ...{ trouble: this.#trouble, turns: this.#turns, isSending, refill, consider },
      putBackAsMarked: (copy) => this.messages.putBack(copy),
    })
    this.listing = this.#makeListing(marks)
    this.#resubmission = new Resubmission({
      ...{ ...options, settler: this.#settler, sound },
    })
    this.#dueTimes = new DueTimes({
      ...{ ...options, isRunning },
      onDue: (queue) => this.#onDue(queue),
    })
    this.#sweep = new OverdueSweep({
      ...{ ...options, settler: this.#settler, sound, takeHeld },
      believedNow: () => this.#dueTimes.believedNow(),
    })
    this.messages = new MessageOperations({
      ...{ store, clock, log, marks, takeHeld, settler: this.#settler },
      onDue: (queue) => this.#onDue(queue),
    })
    this.operations = this.#makeOperations(takeHeld)
  }

  /** Takes up what the store holds. Costs by the number of queues, not of messages. */
  async start(): Promise<void> {
    this.#state = 'running'
    for await (const page of queuePages(this.#options.store))
      page.forEach((each) => this.#takeUp(each))
    this.#resubmission.start()
    this.#sweep.start()
    this.#dueTimes.start()
    this.#endRoomWatch = this.#options.store.hasRoomForResults.subscribe((hasRoom) => {
      if (!hasRoom) return
      for (const queue of this.#queues.values()) this.#consider(queue)
      this.#turns.serve()
    })
  }

  /** Queues in memory. */
  get queueCount(): number {
    return this.#queues.size
  }

  /** Takes fresh copies that their committer holds leased; what has no room goes back to the store. */
  enqueue(copies: readonly Copy[]): void {
    this.#dueTimes.look()
    const surplus: Copy[] = []
    const touched = new Set<DeliveryQueue>()
    for (const copy of copies) {
      this.#options.onEvent({ kind: 'queued', copy })
      if (this.#state !== 'running' || !isDeliveryQueue(copy.queue)) {
        surplus.push(copy)
        continue
      }
      const queue = this.#queueOf(copy.queue)
      touched.add(queue)
      queue.came(this.#options.clock.monotonic())
      if (!this.#windows.accept(queue, copy)) {
        queue.noteDue(copy.dueAt)
        surplus.push(copy)
      } else if (queue.standing === 'doubtful' && queue.retryCount === 0) this.#turns.promote(queue)
    }
    this.#options.store.release(surplus)
    for (const queue of touched) this.#consider(queue)
    if (surplus.some(({ queue }) => queueKeyText(queue) === submissionText))
      this.#resubmission.wake()
  }

  /**
   * Ends: no new connection, those at work finish the message in hand, every result is written, and
   * the rest goes back to the store. When `signal` aborts it waits no longer. Safe to call again.
   */
  async drain(signal: AbortSignal): Promise<void> {
    this.#state = 'ended'
    this.#endRoomWatch()
    this.#turns.clear()
    this.#windows.close()
    const connections = this.#work.end()
    this.#sweep.stop()
    this.#dueTimes.stop()
    this.#resubmission.stop()
    this.#settler.giveUpOn(signal)
    const atWork = Promise.all([connections, this.#resubmission.finish()])
    await Promise.race([atWork, aborted(signal)])
    await this.#settler.finish()
    this.#wakes.close()
    for (const queue of this.#queues.values()) this.#windows.empty(queue)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(AbortSignal.abort())
  }

  #makeListing(marks: ReadonlyMap<number, AdminMark>): QueueListing {
    const { clock } = this.#options
    return new QueueListing({
      ...this.#options,
      queues: this.#queues,
      active: this.#work.active,
      waits: new QueueWaits({
        ...{ clock, seats: this.#turns.seats, limits: () => this.#turns.seatLimits },
      }),
      marks,
    })
  }

  #makeOperations(takeHeld: TakeHeld): QueueOperations {
    const { store, clock } = this.#options
    const isRunning = () => this.#state === 'running'
    return new QueueOperations({
      ...{ store, clock, queues: this.#queues, windows: this.#windows },
      resubmission: this.#resubmission,
      rerouting: new Rerouting({
        ...{ ...this.#options, settler: this.#settler, takeHeld, isRunning },
        onDue: (queue) => this.#onDue(queue),
      }),
      queueOf: (key) => this.#queueOf(key),
      endRetry: (queue) => this.#trouble.endRetry(queue),
      isRunning,
    })
  }

  #takeUp({ key, copies, suspended }: QueueFigures): void {
    // One that fresh mail has made meanwhile stays as it is.
    const isKnown = this.#queues.has(key)
    if (!isDeliveryQueue(key) || isKnown || (copies === 0 && !suspended)) return
    const queue = this.#queueOf(key, standingUnknown(key))
    queue.storeMayHaveMore()
    if (suspended) queue.suspend()
    this.#consider(queue)
  }

  #queueOf(key: QueueKey, standing?: Standing): DeliveryQueue {
    const known = this.#queues.get(key)
    if (known !== undefined) return known
    const queue = new DeliveryQueue(key, standing)
    this.#queues.set(key, queue)
    return queue
  }

  /** Nothing is sent whose result could not be written down. */
  #maySend(queue: DeliveryQueue): boolean {
    return this.#isSending && queue.maySend
  }

  get #isSending(): boolean {
    return this.#state === 'running' && this.#options.store.hasRoomForResults.current
  }

  /** Looks at what the queue needs next: a connection, copies from the store, a timer, or its end. */
  #consider(queue: DeliveryQueue): void {
    if (!this.#maySend(queue)) return
    const { nextDueAt } = queue
    if (nextDueAt !== undefined && this.#dueTimes.untilDue(nextDueAt) <= 0) queue.dueTimeCame()
    if (this.#windows.isLow(queue)) void this.#refill(queue)
    if (!this.#turns.join(queue) && queue.isAtRest) this.#sleep(queue)
  }

  /** Sets the timer for the next due time, or for the disappearance of an idle queue. */
  #sleep(queue: DeliveryQueue): void {
    const { settings } = this.#options
    this.#wakes.cancel(queue)
    queue.rest()
    if (queue.idle) this.#wakes.wake(queue, settings.current.QueueMaxIdleTime)
    else if (queue.nextDueAt !== undefined)
      this.#wakes.wake(queue, this.#dueTimes.untilDue(queue.nextDueAt))
  }

  /** What the queue slept for has come. */
  #wake(queue: DeliveryQueue): void {
    if (queue.inRetry) this.#trouble.endRetry(queue)
    else if (queue.idle) this.#queues.delete(queue.key)
    else this.#consider(queue)
  }

  #refill(queue: DeliveryQueue): Promise<void> {
    return queue.refillBy(
      () => this.#windows.fill(queue),
      () => this.#consider(queue),
    )
  }

  /** Copies of the queue became due that it did not know of. */
  #onDue(key: QueueKey): void {
    if (!isDeliveryQueue(key)) {
      if (queueKeyText(key) === submissionText) this.#resubmission.wake()
      return
    }
    const queue = this.#queueOf(key)
    queue.storeMayHaveMore()
    this.#consider(queue)
  }
}

const submissionText = queueKeyText(submissionQueue)
