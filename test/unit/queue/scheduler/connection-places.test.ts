import { expect, test } from 'vitest'
import { second } from '../../../../src/base/time-span.ts'
import type { WaitPhase } from '../../../../src/queue/delivery-agent.ts'
import type { SharedPlaces } from '../../../../src/queue/shared-places.ts'
import { HangingPeer } from '../../../support/hanging-peer.ts'
import { SchedulerBench, delivering } from '../../../support/scheduler-bench.ts'

/** Places of which a test says how many there are. */
class CountedPlaces implements SharedPlaces {
  readonly sharers = 2
  free: number
  taken = 0
  readonly waiting: (() => void)[] = []

  constructor(free: number) {
    this.free = free
  }

  take(_queue: string, _limits: unknown, whenFree: () => void) {
    if (this.free === 0) {
      this.waiting.push(whenFree)
      return undefined
    }
    this.free--
    this.taken++
    const release = () => {
      this.free++
    }
    return { scarce: true, release }
  }

  get waitingForAny(): number {
    return this.waiting.length
  }

  call(): void {
    this.waiting.shift()?.()
  }
}

const storeAsIs = undefined

test('a queue without a place waits, asks once, and is served when it is called', async () => {
  const places = new CountedPlaces(0)
  await using bench = new SchedulerBench(storeAsIs, places)
  await bench.start()
  await bench.send('first.test', 3)
  await bench.send('first.test', 3)
  expect(bench.opened).toEqual([])
  expect(places.waiting).toHaveLength(1)
  places.free = 1
  places.call()
  await bench.settle()
  expect(await bench.waiting()).toEqual([])
  expect(places.free).toBe(1)
})

test('a crowd asks for few places at a time, so that who comes last has its turn among the first', async () => {
  const places = new CountedPlaces(0)
  await using bench = new SchedulerBench(storeAsIs, places)
  await bench.start()
  for (let n = 0; n < 100; n++) await bench.send(`h${n}.crowd${n}.test`)
  await bench.send('live.test')
  expect(places.waiting).toHaveLength(2)
  places.free = 1
  for (let n = 0; n < 4; n++) {
    places.call()
    await bench.settle()
  }
  expect(bench.opened.slice(0, 4)).toContain('live.test')
  for (let n = 0; n < 200 && places.waiting.length > 0; n++) {
    places.call()
    await bench.settle()
  }
  expect(await bench.waiting()).toEqual([])
})

test.each<WaitPhase>(['opening', 'envelope', 'final-dot'])(
  'peers that hang at the phase %s are given up for queues that wait for a place of other processes',
  async (phase) => {
    const places = new CountedPlaces(10)
    await using bench = new SchedulerBench(storeAsIs, places)
    const peer = new HangingPeer(bench.clock, phase)
    const seen = new Set<string>()
    bench.serve = (lane, signal) => {
      const { nextHopDomain: domain } = lane.key
      if (seen.has(domain)) return peer.serve(lane, signal)
      seen.add(domain)
      return delivering(lane, signal)
    }
    await bench.start()
    for (const _ of [1, 2]) {
      for (let n = 0; n < 20; n++) await bench.send(`liar${n}.test`)
      await bench.settle()
    }
    expect(peer.held).toBe(10)
    const before = peer.givenUp.length
    await bench.advance(6 * second, second / 4)
    expect(peer.givenUp.length).toBeGreaterThan(before)
  },
)

test('copies of an earlier run wait for a place as well, and it is given back', async () => {
  const places = new CountedPlaces(0)
  await using bench = new SchedulerBench(storeAsIs, places)
  await bench.send('first.test', 300)
  await bench.start()
  places.free = 1
  places.call()
  await bench.settle()
  expect(await bench.waiting()).toEqual([])
  expect(places.free).toBe(1)
})

test('a queue that no longer wants a connection leaves the place alone', async () => {
  const places = new CountedPlaces(0)
  await using bench = new SchedulerBench(storeAsIs, places)
  await bench.start()
  await bench.send('first.test')
  await bench.scheduler.drain(AbortSignal.abort())
  places.free = 1
  places.call()
  await bench.settle()
  expect([bench.opened, places.taken]).toEqual([[], 0])
})

test('a connection on a scarce place is told not to stay open', async () => {
  await using bench = new SchedulerBench(storeAsIs, new CountedPlaces(1))
  const kept: boolean[] = []
  bench.serve = async (lane, signal) => {
    kept.push(lane.mayKeep)
    return await delivering(lane, signal)
  }
  await bench.start()
  await bench.send('first.test')
  expect(kept).toEqual([false])
  await using alone = new SchedulerBench()
  alone.serve = bench.serve
  await alone.start()
  await alone.send('first.test')
  expect(kept).toEqual([false, true])
})
