import { setImmediate as turn } from 'node:timers/promises'
import { LiveValue } from '../../src/base/live.ts'
import { day, hour, minute } from '../../src/base/time-span.ts'
import type {
  ConnectionResult,
  DeliveryAgent,
  DeliveryLane,
  RecipientResult,
} from '../../src/queue/delivery-agent.ts'
import { MemoryDeaths } from './memory-deaths.ts'
import { MemoryJournal } from './memory-journal.ts'
import { MemoryQueueStore } from './memory-queue-store.ts'
import type { Notifier } from '../../src/queue/notifier.ts'
import type { DeathLog, InHandLog } from '../../src/queue/poison/in-hand.ts'
import type { QueueEvent } from '../../src/queue/queue-events.ts'
import type { QueueKey } from '../../src/queue/queue-key.ts'
import type { PreparedMessage, QueueStore } from '../../src/queue/queue-store.ts'
import type { Recategorizer } from '../../src/queue/recategorized.ts'
import type { SchedulerSettings } from '../../src/queue/scheduler/scheduler-parts.ts'
import { QueueScheduler } from '../../src/queue/scheduler/scheduler.ts'
import type { SharedPlaces } from '../../src/queue/shared-places.ts'
import type { Copy, NewMessage } from '../../src/queue/stored-message.ts'
import { FakeClock } from './fake-clock.ts'
import { commitTo, domainQueue, noHeader, sampleMessage, sampleTime } from './queue-samples.ts'

export const schedulerSettings: SchedulerSettings = {
  ResolverRetryInterval: 30 * minute,
  PriorityQueuingEnabled: false,
  MaxHighPriorityMessageSize: 250 * 1024,
  MaxPerDomainHighPriorityConnections: 3,
  MaxPerDomainNormalPriorityConnections: 15,
  MaxPerDomainLowPriorityConnections: 2,
  HighPriorityDelayNotificationTimeout: 30 * minute,
  NormalPriorityDelayNotificationTimeout: 4 * hour,
  LowPriorityDelayNotificationTimeout: 8 * hour,
  HighPriorityMessageExpirationTimeout: 8 * hour,
  NormalPriorityMessageExpirationTimeout: 2 * day,
  LowPriorityMessageExpirationTimeout: 2 * day,
  QueueGlitchRetryCount: 4,
  QueueGlitchRetryInterval: minute,
  TransientFailureRetryCount: 6,
  TransientFailureRetryInterval: 10 * minute,
  OutboundConnectionFailureRetryInterval: 30 * minute,
  MessageRetryInterval: 15 * minute,
  MessageExpirationTimeout: 2 * day,
  DelayNotificationTimeout: 4 * hour,
  QueueMaxIdleTime: 3 * minute,
  PoisonMessageDetectionEnabled: true,
  PoisonThreshold: 2,
  MaxIdleTimeBeforeResubmit: 12 * hour,
  MaxOutboundConnections: 1000,
  MaxPerDomainOutboundConnections: 40,
}

type Serve = (lane: DeliveryLane, signal: AbortSignal) => Promise<ConnectionResult>

/** Every recipient of `copy` with the same outcome. */
export function resultsFor(
  copy: Copy,
  outcome: RecipientResult['outcome'],
  reply: string,
): RecipientResult[] {
  return copy.recipients.map((recipient) => ({ recipient, outcome, reply }))
}

/** A connection that answers each copy with `results`. */
export function serving(results: (copy: Copy) => readonly RecipientResult[]): Serve {
  return async (lane) => {
    lane.reached()
    for (;;) {
      const copy = await lane.next()
      if (copy === undefined) return { kind: 'served' }
      await lane.report(copy, results(copy))
    }
  }
}

export const delivering = serving((copy) => resultsFor(copy, 'delivered', '250 2.6.0 Queued'))

export const refusing =
  (kind: 'unreachable' | 'unroutable' | 'impossible', error: string): Serve =>
  () =>
    Promise.resolve({ kind, error })

/** Connections that reach the next hop, take one copy and then stand until released. */
export function standing(): { serve: Serve; release: () => void } {
  const gate = Promise.withResolvers<undefined>()
  const serve: Serve = async (lane) => {
    lane.reached()
    const copy = await lane.next()
    await gate.promise
    if (copy !== undefined) await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
    return delivering(lane, AbortSignal.any([]))
  }
  return { serve, release: () => gate.resolve(undefined) }
}

/** What outlives the scheduler of a bench. */
export interface BenchMemory {
  readonly store?: QueueStore
  readonly inHand?: InHandLog
  readonly deaths?: DeathLog
}

/** A scheduler on a memory store, with a clock and connections that the test drives. */
export class SchedulerBench implements AsyncDisposable {
  readonly clock = new FakeClock(sampleTime)
  readonly settings = new LiveValue(schedulerSettings)
  readonly store: QueueStore
  readonly scheduler: QueueScheduler
  readonly events: QueueEvent[] = []
  readonly logged: string[] = []
  /** What is beside them. */
  readonly details: Readonly<Record<string, unknown>>[] = []
  /** Domains in the order their connections were opened. */
  readonly opened: string[] = []
  /** Notices as `kind sender-of-the-original`. */
  readonly notices: string[] = []
  serve: Serve = delivering
  recategorize: Recategorizer = () => Promise.resolve(undefined)
  /** Throws in place of writing a notification. */
  noticeFault: (() => Error) | undefined

  constructor(
    wrap: (store: QueueStore) => QueueStore = (store) => store,
    places?: SharedPlaces,
    { store, inHand = new MemoryJournal(), deaths = new MemoryDeaths() }: BenchMemory = {},
  ) {
    this.store = store ?? wrap(new MemoryQueueStore(this.clock))
    const note = (details: object, message: string) => {
      this.details.push({ ...details })
      this.logged.push(message)
    }
    const log = { warn: note, error: note }
    const agent: DeliveryAgent = {
      serve: (lane, signal) => {
        this.opened.push(lane.key.nextHopDomain)
        return this.serve(lane, signal)
      },
    }
    this.scheduler = new QueueScheduler({
      store: this.store,
      agent,
      notifier: this.#notifier(),
      recategorize: (copy) => this.recategorize(copy),
      settings: this.settings,
      serverName: 'EDGE01',
      clock: this.clock,
      load: () => 0,
      log,
      inHand,
      deaths,
      onEvent: (event) => this.events.push(event),
      ...(places !== undefined && { places }),
    })
  }

  /** Starts it and lets everything happen that needs no time. */
  async start(): Promise<void> {
    await this.scheduler.start()
    await this.settle()
  }

  async settle(): Promise<void> {
    for (let n = 0; n < 5; n++) await turn()
  }

  /** Moves time in steps, as timers lead to promises and those to timers. */
  async advance(by: number, step = by): Promise<void> {
    for (let passed = 0; passed < by; passed += step) {
      this.clock.advance(Math.min(step, by - passed))
      await this.settle()
    }
  }

  /** Commits messages to a domain's queue and hands them over as the pipeline does. */
  async send(
    domain: string,
    count = 1,
    message: Partial<NewMessage> = {},
  ): Promise<readonly Copy[]> {
    return this.sendTo(domainQueue(domain), count, message)
  }

  async sendTo(
    queue: QueueKey,
    count = 1,
    message: Partial<NewMessage> = {},
  ): Promise<readonly Copy[]> {
    const copies: Copy[] = []
    for (let n = 0; n < count; n++) {
      const receivedAt = this.clock.now()
      copies.push(...(await commitTo(this.store, [queue], { message: { receivedAt, ...message } })))
    }
    this.scheduler.enqueue(copies)
    await this.settle()
    return copies
  }

  async waiting(): Promise<readonly Copy[]> {
    return (await this.store.scan({ limit: 10_000 })).copies
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scheduler[Symbol.asyncDispose]()
  }

  #notifier(): Notifier {
    const write = async (
      kind: string,
      message: NewMessage,
    ): Promise<PreparedMessage | undefined> => {
      await Promise.resolve()
      if (this.noticeFault !== undefined) throw this.noticeFault()
      if (message.envelope.sender === '') return undefined
      this.notices.push(`${kind} ${message.envelope.sender}`)
      const envelope = { ...message.envelope, sender: '' }
      return {
        pending: this.store.begin(),
        header: noHeader,
        message: sampleMessage({ envelope, source: 'DSN', receivedAt: this.clock.now() }),
        copies: [
          { queue: domainQueue('example.com'), recipients: [{ address: message.envelope.sender }] },
        ],
      }
    }
    return {
      failed: (message) => write('failed', message),
      delayed: (message) => write('delayed', message),
      relayed: (message) => write('relayed', message),
    }
  }
}
