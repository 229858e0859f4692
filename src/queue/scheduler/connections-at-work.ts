import type { Awaitable } from '../../base/awaitable.ts'
import type { Clock } from '../../base/clock.ts'
import type { ConnectionTurns, Granted } from './connection-turns.ts'
import { type ConnectionAtWork, ConnectionWatch } from './connection-watch.ts'
import type { ConnectionResult, DeliveryAgent, RecipientResult } from '../delivery-agent.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import type { DeliveryQueues } from './delivery-queues.ts'
import type { MessageOperations } from './message-operations.ts'
import type { NextHopTrouble } from './next-hop-trouble.ts'
import type { InHand, InHandSlot } from '../poison/in-hand.ts'
import type { QueueLog } from '../queue-events.ts'
import { type LaneOwner, QueueLane } from './queue-lane.ts'
import type { Settler } from './settler.ts'
import type { SoundMail } from './sound-mail.ts'
import type { Copy } from '../stored-message.ts'
import type { WindowKeeper } from './window-keeper.ts'

interface WorkParts {
  readonly agent: DeliveryAgent
  readonly clock: Clock
  readonly log: QueueLog
  readonly settler: Pick<Settler, 'attempted'>
  readonly windows: Pick<WindowKeeper, 'take' | 'putBack' | 'isLow'>
  readonly sound: Pick<SoundMail, 'faults'>
  readonly trouble: NextHopTrouble
  readonly turns: ConnectionTurns
  readonly inHand: InHand
  readonly queues: Pick<DeliveryQueues, 'isSending' | 'hasRoom' | 'refill' | 'tell'>
  readonly messages: Pick<MessageOperations, 'putBack'>
}

/** A connection at work, and how it is told to end. */
interface Serving extends ConnectionAtWork {
  readonly controller: AbortController
}

/** A copy that is being transmitted, with its place in the journal of messages in hand. */
interface CopyInHand {
  readonly copy: Copy
  readonly slot: InHandSlot
}

/** The connections that serve queues now: gives them copies, takes the results, and says what their end means. */
export class ConnectionsAtWork {
  readonly #parts: WorkParts
  readonly #watch: ConnectionWatch
  readonly #serving = new Map<Promise<void>, Serving>()
  readonly #active = new Map<number, CopyInHand>()

  constructor(parts: WorkParts) {
    const { clock, turns, queues } = parts
    this.#parts = parts
    this.#watch = new ConnectionWatch({
      clock,
      line: turns,
      connections: () => this.#serving.values(),
      queues,
    })
  }

  /** Copies being transmitted, by id. */
  get active(): ReadonlyMap<number, CopyInHand> {
    return this.#active
  }

  /** Opens a connection for the queue, which has copies. */
  open(queue: DeliveryQueue, { seat, place }: Granted): void {
    const { clock, windows, turns, queues, messages } = this.#parts
    const controller = new AbortController()
    const begun = clock.monotonic()
    const owner: LaneOwner = {
      mayKeep: () => !place.scarce,
      take: () =>
        turns.isOver({ reported: lane.reported, begun })
          ? undefined
          : this.#take(queue, controller.signal),
      settle: (copy, results) => this.#settle(queue, copy, results),
      putBack: (copy) => {
        this.#leave(copy)
        if (!messages.putBack(copy)) windows.putBack(queue, copy)
      },
      reached: () => {
        queue.nextHopReached()
        queues.tell(queue, 'next hop reached')
      },
      decided: () => turns.prove(queue, seat),
    }
    const lane = queue.connect((insists) => new QueueLane({ key: queue.key, insists }, owner))
    const serving = this.#serve(lane, controller.signal).then(async (result) => {
      await lane.end()
      place.release()
      this.#serving.delete(serving)
      if (isServed(lane, result)) turns.prove(queue, seat)
      seat.free()
      this.#ended(queue, lane, result)
    })
    this.#serving.set(serving, { queue, lane, seat, controller })
    this.#watch.begin()
  }

  /** They finish the message in hand, and take no other. Resolves when all have ended. */
  async end(): Promise<void> {
    this.#watch.end()
    for (const { controller } of this.#serving.values()) controller.abort()
    await Promise.all(this.#serving.keys())
  }

  async #serve(lane: QueueLane, signal: AbortSignal): Promise<ConnectionResult> {
    const { agent, log } = this.#parts
    try {
      return await agent.serve(lane, signal)
    } catch (error) {
      log.error({ error, queue: lane.key }, 'a delivery connection failed unexpectedly')
      return { kind: 'unreachable', error: '451 4.4.0 The connection failed unexpectedly' }
    }
  }

  #take(queue: DeliveryQueue, signal: AbortSignal): Awaitable<Copy | undefined> {
    const { windows, sound, inHand, queues } = this.#parts
    if (signal.aborted || !queue.givesCopies || !this.#maySend(queue)) return undefined
    const copy = windows.take(queue)
    if (copy !== undefined) {
      this.#active.set(copy.id, { copy, slot: inHand.enter(copy.message.id) })
      if (windows.isLow(queue)) void queues.refill(queue)
      const faults = sound.faults(copy)
      if (!(faults instanceof Promise)) return copy
      return faults.then((found) => this.#soundOrNext(queue, { copy, found, signal }))
    }
    if (!queue.moreInStore && queue.refill === undefined) return undefined
    return queues
      .refill(queue)
      .then(() => (queue.ready > 0 ? this.#take(queue, signal) : undefined))
  }

  /** Besides what may be sent there is the message that goes on alone. */
  #maySend({ first }: DeliveryQueue): boolean {
    const { inHand, queues } = this.#parts
    if (queues.isSending) return true
    return queues.hasRoom && first !== undefined && inHand.isTried(first.message.id)
  }

  #leave({ id }: Copy): void {
    const active = this.#active.get(id)
    if (active === undefined) return
    this.#active.delete(id)
    this.#parts.inHand.leave(active.slot)
  }

  /** The copy, or in the place of one that is not as it was taken in, the next. */
  async #soundOrNext(
    queue: DeliveryQueue,
    {
      copy,
      found,
      signal,
    }: { copy: Copy; found: readonly RecipientResult[] | undefined; signal: AbortSignal },
  ): Promise<Copy | undefined> {
    if (found === undefined) return copy
    await this.#settle(queue, copy, found)
    return await this.#take(queue, signal)
  }

  async #settle(
    queue: DeliveryQueue,
    copy: Copy,
    results: readonly RecipientResult[],
  ): Promise<void> {
    const { settler, clock, queues } = this.#parts
    const dueAt = await settler.attempted(copy, results)
    this.#leave(copy)
    if (dueAt === undefined) {
      queue.went(clock.monotonic())
      return
    }
    queue.noteDue(dueAt)
    queues.tell(queue, 'result written')
  }

  #ended(queue: DeliveryQueue, lane: QueueLane, result: ConnectionResult): void {
    const { trouble, queues } = this.#parts
    queue.disconnect(lane)
    // A next hop that only puts off what it is offered, and then ends the session, is still in trouble.
    if (lane.hasDecided || isServed(lane, result)) queue.nextHopAnswered()
    switch (result.kind) {
      case 'served':
        trouble.served(queue)
        if (lane.reported === 0 && queue.ready > 0 && queues.isSending) trouble.pause(queue)
        break
      case 'unreachable':
        if (lane.isGivenUpForItsOwn) break
        trouble.unreachable(queue, result, { mayHaveMore: lane.isGivenUp })
        break
      case 'crowded':
        trouble.crowded(queue, result.error)
        break
      case 'unroutable':
        trouble.unroutable(queue, result)
        break
      case 'impossible':
        void trouble.impossible(queue, result.error)
        break
    }
    queues.tell(queue, 'connection ended')
  }
}

/** The next hop answered to the end, though it may have put off all that it was offered. */
function isServed(lane: QueueLane, result: ConnectionResult): boolean {
  return result.kind === 'served' && result.unanswered !== true && lane.reported > 0
}
