import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import { AdminMarks } from './admin-mark.ts'
import { ConnectionTurns } from './connection-turns.ts'
import { ConnectionsAtWork } from './connections-at-work.ts'
import type { DeliveryAgent } from '../delivery-agent.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import { DeliveryQueues, type QueueOccurrence } from './delivery-queues.ts'
import { DueTimes } from './due-times.ts'
import { LeaseRenewal } from '../lease-renewal.ts'
import { MessageOperations } from './message-operations.ts'
import { NextHopTrouble } from './next-hop-trouble.ts'
import type { Notifier } from '../notifier.ts'
import { OverdueSweep } from './overdue-sweep.ts'
import type { QueueEvents, QueueLog } from '../queue-events.ts'
import { type QueueKey, isDeliveryQueue, poisonQueue } from '../queue-key.ts'
import { QueueListing } from './queue-listing.ts'
import { QueueOperations } from './queue-operations.ts'
import { QueueWaits } from './queue-waits.ts'
import type { QueueStore } from '../queue-store.ts'
import type { Recategorizer } from '../recategorized.ts'
import { Rerouting } from './rerouting.ts'
import { Resubmission } from './resubmission.ts'
import type { RetrySettings } from './retry-schedule.ts'
import { Settler } from './settler.ts'
import { SoundMail } from './sound-mail.ts'
import type { SharedPlaces } from '../shared-places.ts'
import type { MessageSettings } from './verdict.ts'
import { type DeathLog, type InHand, type InHandLog } from '../poison/in-hand.ts'
import { type PoisonSettings, Suspects, type TrialGround } from '../poison/suspects.ts'
import { type Copy, type NewCopy, suspended } from '../stored-message.ts'
import { WakeCalendar } from './wake-calendar.ts'
import { WindowKeeper } from './window-keeper.ts'

/** Exchange's settings for queues, a part of TransportService. */
export interface SchedulerSettings extends RetrySettings, MessageSettings, PoisonSettings {
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
  /** Where it is kept what is in hand, and how often that was the end of the process. */
  readonly inHand: InHandLog
  readonly deaths: DeathLog
  /** Where the limits of outbound connections are kept together with other processes. */
  readonly places?: SharedPlaces
}

/** What the parts tell the scheduler. */
export interface SchedulerEvents {
  readonly onOccurrence: (queue: DeliveryQueue, what: QueueOccurrence) => void
  /** Copies are due in a queue that leads to no next hop. */
  readonly onPersistentDue: (key: QueueKey) => void
  /** What the queue slept for has come. */
  readonly onWake: (queue: DeliveryQueue) => void
}

/** The parts of a scheduler, each of which knows those before it, and tells the scheduler what happens. */
export type SchedulerParts = ReturnType<typeof schedulerParts>

/** Makes the parts of a scheduler. */
export function schedulerParts(options: SchedulerOptions, events: SchedulerEvents) {
  const { store, agent, recategorize, settings, serverName, clock, load, log, onEvent } = options
  const { notifier, places } = options
  const { onOccurrence, onPersistentDue, onWake } = events
  const ground = { store, settings, clock, log }
  const suspects = new Suspects({
    ...ground,
    journal: options.inHand,
    counts: options.deaths,
  })
  const inHand: InHand = suspects
  const windows = new WindowKeeper(ground)
  const queues = new DeliveryQueues({
    store,
    windows,
    suspects,
    clock,
    onEvent,
    onOccurrence,
    onPersistentDue,
  })
  const times = new DueTimes({ ...ground, queues })
  const marks = new AdminMarks()
  const settler = new Settler({ ...ground, inHand, notifier, times, onEvent, queues, marks })
  const sound = new SoundMail(ground)
  const resubmission = new Resubmission({ ...ground, inHand, recategorize, settler, sound })
  const rerouting = new Rerouting({ ...ground, settler, recategorize, queues })
  const wakes = new WakeCalendar({ clock, onWake })
  const trouble = new NextHopTrouble({
    ...ground,
    settler,
    windows,
    wakes,
    onEvent,
    queues,
    resubmission,
    rerouting,
  })
  const messages = new MessageOperations({ ...ground, settler, marks, queues })
  const turns = new ConnectionTurns({
    ...ground,
    load,
    ...(places !== undefined && { places }),
    queues,
    open: (queue, granted) => {
      wakes.cancel(queue)
      work.open(queue, granted)
    },
  })
  const connections = { inHand, settler, windows, sound, trouble, turns, queues, messages }
  const work = new ConnectionsAtWork({ agent, clock, log, ...connections })
  const { active } = work
  const waits = new QueueWaits({ clock, turns })
  const listing = new QueueListing({ ...ground, queues, active, waits, marks, serverName })
  const ways = { resubmission, rerouting, trouble }
  const operations = new QueueOperations({ store, clock, queues, windows, ...ways })
  const sweep = new OverdueSweep({ ...ground, settler, sound, queues, times })
  const renewal = new LeaseRenewal({
    store,
    clock,
    log,
    held: function* () {
      yield* windows.held(queues.values())
      for (const { copy } of active.values()) yield copy
      yield* settler.open
      yield* suspects.held
      yield* resubmission.moving
    },
    drop: (copies) => queues.takeHeld((copy) => copies.has(copy)).length,
  })
  const trials = trialGround({ queues, windows, turns, work, resubmission, settler })
  return {
    renewal,
    suspects,
    trials,
    queues,
    windows,
    times,
    settler,
    resubmission,
    wakes,
    trouble,
    turns,
    work,
    listing,
    operations,
    messages,
    sweep,
  }
}

interface TrialParts {
  readonly queues: DeliveryQueues
  readonly windows: WindowKeeper
  readonly turns: ConnectionTurns
  readonly work: ConnectionsAtWork
  readonly resubmission: Resubmission
  readonly settler: Settler
}

/** How a message is let go on that was in hand when the process died. */
function trialGround(parts: TrialParts): TrialGround {
  const { queues, windows, turns, work, resubmission, settler } = parts
  const categorized = new Set<number>()
  return {
    mayBegin: ({ queue }) =>
      queues.hasRoom && (!isDeliveryQueue(queue) || queues.of(queue).maySend),
    begin: (copy) => {
      if (!isDeliveryQueue(copy.queue)) {
        categorized.add(copy.id)
        void resubmission.categorize(copy).then(() => categorized.delete(copy.id))
        return
      }
      const queue = queues.of(copy.queue)
      windows.putBack(queue, copy)
      if (queues.isSending) queues.tell(queue, 'copies due')
      else turns.serveNow(queue)
    },
    isHeld: ({ id, queue }) =>
      categorized.has(id) || work.active.has(id) || queues.get(queue)?.holds(id) === true,
    poison: (copy) => settler.move(copy, { copies: [poisoned(copy)], failed: [] }),
    resume: () => {
      for (const queue of queues.values()) queues.tell(queue, 'sending resumed')
      turns.serve()
    },
  }
}

/** As it waits for an administrator. */
function poisoned({ recipients }: Copy): NewCopy {
  return { queue: poisonQueue, recipients, dueAt: suspended }
}
