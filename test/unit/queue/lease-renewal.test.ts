import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { minute } from '../../../src/base/time-span.ts'
import { LeaseRenewal } from '../../../src/queue/lease-renewal.ts'
import { submissionQueue } from '../../../src/queue/queue-key.ts'
import { StoreError, leaseTime } from '../../../src/queue/queue-store.ts'
import type { Copy } from '../../../src/queue/stored-message.ts'
import { failing } from '../../support/failing-store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { MemoryQueueStore } from '../../support/memory-queue-store.ts'
import { commitTo, domainQueue, sampleTime } from '../../support/queue-samples.ts'
import { SchedulerBench, delivering, resultsFor, standing } from '../../support/scheduler-bench.ts'

const queue = domainQueue('first.test')

class RenewalBench {
  readonly clock = new FakeClock()
  readonly memory = new MemoryQueueStore(this.clock)
  readonly faults: Error[] = []
  readonly store = failing(this.memory, 'renew', this.faults)
  readonly logged: string[] = []
  held: Copy[] = []
  readonly renewal = new LeaseRenewal({
    store: this.store,
    clock: this.clock,
    log: {
      warn: (_, message) => this.logged.push(message),
      error: (_, message) => this.logged.push(message),
    },
    held: () => [...this.held, ...this.held],
    drop: (copies) => {
      const before = this.held.length
      this.held = this.held.filter((copy) => !copies.has(copy))
      return before - this.held.length
    },
  })

  async pass(time: number): Promise<void> {
    for (let passed = 0; passed < time; passed += minute) {
      this.clock.advance(minute)
      await turn()
    }
  }

  async free(): Promise<number> {
    const copies = await this.memory.lease(queue, Infinity, 10)
    return copies.length
  }
}

test('what is held stays so for as long as it is held, and no longer', async () => {
  const bench = new RenewalBench()
  bench.renewal.start()
  bench.held = [...(await commitTo(bench.memory, [queue]))]
  await bench.pass(5 * leaseTime)
  expect(await bench.free()).toBe(0)
  bench.held = []
  await bench.pass(leaseTime)
  expect(await bench.free()).toBe(1)
  expect(bench.logged).toEqual([])
  bench.renewal.stop()
})

test('a renewal that fails is told, and the next is in time', async () => {
  const bench = new RenewalBench()
  bench.renewal.start()
  bench.held = [...(await commitTo(bench.memory, [queue]))]
  bench.faults.push(new StoreError('FAILED', 'on demand'), new StoreError('FAILED', 'on demand'))
  await bench.pass(2 * leaseTime)
  expect(await bench.free()).toBe(0)
  expect(bench.logged).toEqual(Array(2).fill('the leases of waiting copies could not be renewed'))
})

test('what others took meanwhile is dropped, and told', async () => {
  const bench = new RenewalBench()
  const [lost, kept] = await commitTo(bench.memory, [queue, domainQueue('second.test')])
  if (lost === undefined || kept === undefined) return expect.unreachable()
  bench.held = [lost, kept]
  await bench.pass(leaseTime)
  expect(await bench.free()).toBe(1)
  bench.renewal.start()
  await bench.pass(leaseTime)
  expect(bench.held).toEqual([kept])
  expect(bench.logged).toEqual(['others took copies whose lease had run out'])
})

test('a scheduler keeps what it waits to send, and what it sends, for hours', async () => {
  await using bench = new SchedulerBench()
  const answer = Promise.withResolvers<undefined>()
  bench.serve = async (lane, signal) => {
    const copy = await lane.next()
    if (copy === undefined) return { kind: 'served' }
    lane.reached()
    await answer.promise
    await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
    return await delivering(lane, signal)
  }
  await bench.start()
  await bench.send('first.test', 5)
  await bench.advance(3 * leaseTime, minute)
  expect(await bench.store.lease(queue, Infinity, 10)).toEqual([])
  answer.resolve(undefined)
  await bench.settle()
  expect(await bench.waiting()).toEqual([])
  expect(bench.logged).toEqual([])
})

test('a copy that is categorized for hours stays in the same hands', async () => {
  await using bench = new SchedulerBench()
  const answer = Promise.withResolvers<undefined>()
  let asked = 0
  bench.recategorize = () => {
    asked++
    return answer.promise
  }
  await bench.start()
  await bench.sendTo(submissionQueue)
  await bench.advance(3 * leaseTime, minute)
  expect(asked).toBe(1)
  answer.resolve(undefined)
  await bench.settle()
  expect(bench.logged.filter((message) => message.includes('too late'))).toEqual([])
})

test('a scheduler does not send what others took while it waited', async () => {
  await using bench = new SchedulerBench()
  bench.settings.set({ ...bench.settings.current, MaxPerDomainOutboundConnections: 1 })
  const hop = standing()
  bench.serve = hop.serve
  await bench.start()
  const last = (await bench.send('first.test', 3)).slice(-1)
  bench.store.release(last)
  expect(await bench.store.lease(queue, Infinity, 10)).toMatchObject(last.map(({ id }) => ({ id })))
  await bench.advance(leaseTime / 2, minute)
  expect(bench.logged).toEqual(['others took copies whose lease had run out'])
  hop.release()
  await bench.settle()
  expect(bench.kinds().filter((kind) => kind === 'delivered')).toHaveLength(2)
  expect(await bench.waiting()).toMatchObject(last.map(({ id }) => ({ id })))
  expect(bench.logged).toHaveLength(1)
})

test('what its committer left behind goes out once its lease is over', async () => {
  const clock = new FakeClock(sampleTime)
  const store = new MemoryQueueStore(clock)
  await using bench = new SchedulerBench(() => store)
  await bench.start()
  await commitTo(store, [queue])
  clock.advance(leaseTime)
  store.tellAbandoned()
  await bench.settle()
  expect(bench.kinds()).toEqual(['delivered'])
  expect(await bench.waiting()).toEqual([])
})

test('a result whose copy others have taken is told and not written', async () => {
  await using bench = new SchedulerBench()
  bench.serve = async (lane) => {
    const copy = await lane.next()
    if (copy === undefined) return { kind: 'served' }
    bench.store.release([copy])
    await bench.store.lease(queue, Infinity, 10)
    await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
    return { kind: 'served' }
  }
  await bench.start()
  await bench.send('first.test')
  expect(bench.logged).toEqual([
    'the result of a delivery came too late, for others work on the message by now',
  ])
  expect(bench.kinds()).toEqual(['queued'])
  expect(await bench.waiting()).toHaveLength(1)
})
