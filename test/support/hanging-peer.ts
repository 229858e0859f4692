import type { Clock } from '../../src/base/clock.ts'
import type {
  ConnectionResult,
  DeliveryLane,
  WaitPhase,
  WatchedConnection,
} from '../../src/queue/delivery-agent.ts'
import type { Copy } from '../../src/queue/stored-message.ts'
import { resultsFor } from './scheduler-bench.ts'

/** A peer that answers up to a phase and then no more, as a scheduler sees it. */
export class HangingPeer {
  readonly #clock: Clock
  readonly phase: WaitPhase
  /** Connections that hang now. */
  held = 0
  mostHeld = 0
  /** Why connections were given up. */
  readonly givenUp: string[] = []

  constructor(clock: Clock, phase: WaitPhase) {
    this.#clock = clock
    this.phase = phase
  }

  /** Serves a lane: copies for which `answers` holds are delivered, the first other one hangs. */
  async serve(
    lane: DeliveryLane,
    signal: AbortSignal,
    answers: (copy: Copy) => boolean = () => false,
  ): Promise<ConnectionResult> {
    for (let copy = await lane.next(); copy !== undefined; copy = await lane.next()) {
      if (this.phase !== 'opening') lane.reached()
      if (answers(copy)) await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
      else return await this.#hang(lane, copy, signal)
    }
    return { kind: 'served' }
  }

  /** Serves a lane after so long, unless it is given up before. */
  async serveLate(
    lane: DeliveryLane,
    signal: AbortSignal,
    after: number,
  ): Promise<ConnectionResult> {
    const copy = await lane.next()
    if (copy === undefined) return { kind: 'served' }
    const greeted = Promise.withResolvers<undefined>()
    this.#clock.after(after, () => greeted.resolve(undefined))
    const early = await Promise.race([this.#hang(lane, copy, signal), greeted.promise])
    if (early !== undefined) return early
    lane.reached()
    await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
    return { kind: 'served' }
  }

  async #hang(lane: DeliveryLane, copy: Copy, signal: AbortSignal): Promise<ConnectionResult> {
    const end = Promise.withResolvers<string>()
    lane.watch(this.#connection((why) => end.resolve(why)))
    signal.addEventListener('abort', () => end.resolve('the end'))
    this.held++
    this.mostHeld = Math.max(this.mostHeld, this.held)
    const error = `451 4.4.1 no answer; ${await end.promise}`
    this.held--
    if (this.phase === 'opening') lane.putBack(copy)
    else await lane.report(copy, resultsFor(copy, 'retry', error))
    return { kind: 'unreachable', error }
  }

  #connection(end: (why: string) => void): WatchedConnection {
    const since = this.#clock.monotonic()
    const wait = { phase: this.phase, since, begun: since, hasAlternative: false }
    return {
      waitingSince: () => since,
      wait: () => wait,
      waitsFor: () => 'the peer',
      giveUp: (why) => {
        this.givenUp.push(why)
        end(why)
      },
      tryNext: () => undefined,
    }
  }
}
