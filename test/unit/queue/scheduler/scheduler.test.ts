import { describe, expect, test } from 'vitest'
import { day, hour, minute, second } from '../../../../src/base/time-span.ts'
import { submissionQueue, unreachableQueue } from '../../../../src/queue/queue-key.ts'
import { StoreError } from '../../../../src/queue/queue-store.ts'
import { failingSettle } from '../../../support/failing-store.ts'
import { commitTo, domainQueue, noHeader, sampleMessage } from '../../../support/queue-samples.ts'
import {
  SchedulerBench,
  delivering,
  refusing,
  resultsFor,
  schedulerSettings,
  serving,
  standing,
} from '../../../support/scheduler-bench.ts'

describe('delivering', () => {
  test('fresh copies are delivered and leave the queue', async () => {
    await using bench = new SchedulerBench()
    await bench.start()
    await bench.send('first.test', 3)
    expect(await bench.waiting()).toEqual([])
    expect(bench.kinds().filter((kind) => kind === 'delivered')).toHaveLength(3)
  })
  test('copies of an earlier run are taken up at start', async () => {
    await using bench = new SchedulerBench()
    await bench.send('first.test', 300)
    await bench.start()
    expect(await bench.waiting()).toEqual([])
  })
  test('copies that arrive during a connection use it', async () => {
    await using bench = new SchedulerBench()
    await bench.start()
    await bench.send('first.test', 10)
    expect(bench.opened).toEqual(['first.test'])
  })
})

describe('connections', () => {
  test('one queue opens more only while copies wait, up to its limit', async () => {
    await using bench = new SchedulerBench()
    bench.settings.set({ ...schedulerSettings, MaxPerDomainOutboundConnections: 5 })
    const { serve, release } = standing()
    bench.serve = serve
    await bench.start()
    await bench.send('few.test', 8)
    expect(bench.opened).toHaveLength(1)
    await bench.send('many.test', 150)
    expect(bench.opened.filter((domain) => domain === 'many.test')).toHaveLength(5)
    release()
    await bench.settle()
    expect(await bench.waiting()).toEqual([])
  })
  test('a next hop that has not answered gets one connection, however much waits', async () => {
    await using bench = new SchedulerBench()
    bench.serve = async (_lane, signal) => {
      await bench.clock.sleep(hour, signal)
      return { kind: 'unreachable', error: '441 4.4.1 timed out' }
    }
    await bench.start()
    await bench.send('silent.test', 200)
    expect(bench.opened).toEqual(['silent.test'])
  })
  test('a backlog for dead domains costs a few leased copies for each connection tried', async () => {
    let leased = 0
    await using bench = new SchedulerBench((store) => {
      const lease = store.lease.bind(store)
      return Object.assign(store, {
        lease: async (...asked: Parameters<typeof lease>) => {
          const copies = await lease(...asked)
          leased += copies.length
          return copies
        },
      })
    })
    bench.serve = refusing('unreachable', '441 4.4.1 no answer')
    for (let n = 0; n < 20; n++) {
      const queues = Array.from({ length: 30 }, () => domainQueue(`dead${n}.test`))
      bench.store.release(await commitTo(bench.store, queues))
    }
    await bench.start()
    await bench.settle()
    expect(new Set(bench.opened).size).toBe(20)
    expect(leased).toBeLessThanOrEqual(20 * 5)
  })
  test('all queues get their turn when the total is short', async () => {
    await using bench = new SchedulerBench()
    bench.settings.set({ ...schedulerSettings, MaxOutboundConnections: 1 })
    bench.serve = async (lane) => {
      lane.reached()
      const copy = await lane.next()
      if (copy !== undefined) await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
      return { kind: 'served' }
    }
    await bench.send('big.test', 4)
    await bench.send('small.test', 2)
    await bench.start()
    await bench.settle()
    expect(bench.opened.slice(0, 2)).toEqual(['big.test', 'small.test'])
    expect(bench.opened.toSorted().join(' ')).toBe(
      'big.test big.test big.test big.test small.test small.test',
    )
  })
  test.each([
    ['twenty messages', 10, 60],
    ['two seconds', second, 10],
  ])(
    'a queue with much to send leaves its connections to others after %s',
    async (_, perMessage, most) => {
      await using bench = new SchedulerBench()
      bench.settings.set({ ...schedulerSettings, MaxOutboundConnections: 2 })
      const order: string[] = []
      bench.serve = async (lane) => {
        lane.reached()
        for (let copy = await lane.next(); copy !== undefined; copy = await lane.next()) {
          const answered = Promise.withResolvers<undefined>()
          bench.clock.after(perMessage, () => answered.resolve(undefined))
          await answered.promise
          order.push(lane.key.nextHopDomain)
          await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
        }
        return { kind: 'served' }
      }
      await bench.start()
      await bench.send('busy.test', 200)
      await bench.advance(2 * perMessage, perMessage)
      await bench.send('small.test')
      await bench.advance(300 * perMessage, perMessage)
      expect(order).toHaveLength(201)
      expect(order.indexOf('small.test')).toBeLessThan(most)
    },
  )
  test('a copy put back, or never told of, goes to the next connection', async () => {
    await using bench = new SchedulerBench()
    let count = 0
    bench.serve = async (lane, signal) => {
      if (++count > 2) return delivering(lane, signal)
      lane.reached()
      const copy = await lane.next()
      if (copy !== undefined && count === 1) lane.putBack(copy)
      return { kind: 'unreachable', error: '4.4.2 Connection dropped' }
    }
    await bench.start()
    await bench.send('first.test')
    await bench.advance(minute)
    expect(await bench.waiting()).toHaveLength(1)
    await bench.advance(minute)
    expect(await bench.waiting()).toEqual([])
  })
})

describe('a store that fails', () => {
  test('delays the settlement, and the copy is not delivered again meanwhile', async () => {
    const faults: Error[] = []
    await using bench = new SchedulerBench((store) => failingSettle(store, faults))
    await bench.start()
    faults.push(...Array.from({ length: 3 }, () => new StoreError('DISK_FULL', 'full')))
    await bench.send('first.test')
    expect(bench.kinds()).toEqual(['queued'])
    expect(bench.logged).toHaveLength(1)
    await bench.advance(10 * second, second)
    expect(bench.opened).toEqual(['first.test'])
    expect(bench.kinds()).toEqual(['queued', 'delivered'])
    expect(await bench.waiting()).toEqual([])
  })
  test('gives up at the end of a drain, and says that a message may come twice', async () => {
    const faults = Array.from({ length: 100 }, () => new StoreError('DISK_FULL', 'full'))
    const bench = new SchedulerBench((store) => failingSettle(store, faults))
    await bench.start()
    await bench.send('first.test')
    const ending = new AbortController()
    const drained = bench.scheduler.drain(ending.signal)
    ending.abort()
    await drained
    expect(bench.logged.at(-1)).toMatch(/delivered again/)
    expect(await bench.waiting()).toHaveLength(1)
  })
})

describe('notifications', () => {
  test('that cannot be written keep the recipient in the queue', async () => {
    await using bench = new SchedulerBench()
    bench.serve = serving((copy) => resultsFor(copy, 'failed', '550 5.1.1 unknown'))
    bench.noticeFault = () => new Error('broken')
    await bench.start()
    await bench.send('first.test')
    expect(await bench.waiting()).toMatchObject([
      { recipients: [{ lastError: '550 5.1.1 unknown' }] },
    ])
    expect(bench.kinds()).not.toContain('failed')
    bench.noticeFault = undefined
    bench.serve = serving((copy) =>
      resultsFor(copy, copy.message.source === 'DSN' ? 'delivered' : 'failed', '550 5.1.1 unknown'),
    )
    await bench.advance(15 * minute)
    expect(await bench.waiting()).toEqual([])
  })
  test('of delay come once, also when the queue is not served', async () => {
    await using bench = new SchedulerBench()
    bench.serve = refusing('unreachable', '441 4.4.1 no')
    await bench.start()
    await bench.sendTo(unreachableQueue)
    await bench.advance(4 * hour - minute, minute)
    expect(bench.notices).toEqual([])
    await bench.advance(3 * hour, minute)
    expect(bench.notices).toEqual(['delayed alice@example.com'])
  })
})

test.each([
  ['told of their delay', 4 * hour, 'delayed'],
  ['told that they expired', 2 * day, 'failed'],
])('many senders are %s a thousand at a time, each once', async (_, after, kind) => {
  await using bench = new SchedulerBench()
  await bench.start()
  bench.settings.set({
    ...{ ...bench.settings.current, MessageExpirationTimeout: 2 * day },
    DelayNotificationTimeout: kind === 'delayed' ? 4 * hour : 3 * day,
  })
  await bench.sendTo(unreachableQueue, 1100)
  const told = () => bench.notices.filter((notice) => notice.startsWith(kind)).length
  await bench.advance(after - minute, hour)
  expect(told()).toBe(0)
  for (let n = 0; n < 1000 && told() === 0; n++) await bench.advance(second)
  expect(told()).toBe(1000)
  await bench.advance(minute, second)
  expect(told()).toBe(1100)
})

describe('categorizing anew', () => {
  test('the Submission queue is categorized by itself', async () => {
    await using bench = new SchedulerBench()
    bench.recategorize = ({ recipients }) =>
      Promise.resolve({ copies: [{ queue: domainQueue('first.test'), recipients }], failed: [] })
    await bench.start()
    await bench.sendTo(submissionQueue, 3)
    expect(bench.opened).toEqual(['first.test'])
    expect(await bench.waiting()).toEqual([])
  })
  test('a copy that cannot be categorized is tried again later', async () => {
    await using bench = new SchedulerBench()
    await bench.start()
    await bench.sendTo(submissionQueue)
    bench.recategorize = ({ recipients }) =>
      Promise.resolve({ copies: [{ queue: domainQueue('first.test'), recipients }], failed: [] })
    await bench.advance(29 * minute)
    expect(await bench.waiting()).toHaveLength(1)
    await bench.advance(2 * minute)
    expect(await bench.waiting()).toEqual([])
  })
  test('a change of configuration moves what is unreachable or has lost its connector', async () => {
    await using bench = new SchedulerBench()
    bench.serve = refusing('unreachable', '441 4.4.1 no')
    await bench.start()
    await bench.sendTo(unreachableQueue, 120)
    await bench.sendTo(domainQueue('old.test', 'Gone'), 2)
    await bench.send('kept.test')
    bench.recategorize = ({ recipients, queue: now }) => {
      const queue = now.nextHopDomain === 'kept.test' ? now : domainQueue('new.test')
      return Promise.resolve({ copies: [{ queue, recipients }], failed: [] })
    }
    await bench.scheduler.operations.reroute((key) => key.nextHopConnector !== 'Gone')
    await bench.settle()
    const domains = (await bench.waiting()).map(({ queue }) => queue.nextHopDomain)
    expect(domains.filter((domain) => domain === 'new.test')).toHaveLength(122)
    expect(domains.filter((domain) => domain === 'kept.test')).toHaveLength(1)
  })
  test('what stays unreachable is looked at once, and waits on', async () => {
    await using bench = new SchedulerBench()
    await bench.start()
    await bench.sendTo(unreachableQueue, 60)
    let looked = 0
    bench.recategorize = ({ recipients, queue }) => {
      looked++
      return Promise.resolve({ copies: [{ queue, recipients }], failed: [] })
    }
    await bench.scheduler.operations.reroute(() => true)
    expect(looked).toBe(60)
    await bench.advance(minute)
    await bench.scheduler.operations.reroute(() => true)
    expect(looked).toBe(120)
    expect(bench.kinds()).not.toContain('moved')
  })
  test('a change during the walk for the one before it is not missed', async () => {
    await using bench = new SchedulerBench()
    bench.serve = refusing('unreachable', '441 4.4.1 no')
    await bench.start()
    await bench.sendTo(unreachableQueue, 2)
    const looking = Promise.withResolvers<undefined>()
    bench.recategorize = async ({ recipients, queue }) => {
      await looking.promise
      return { copies: [{ queue, recipients }], failed: [] }
    }
    const first = bench.scheduler.operations.reroute(() => true)
    await bench.settle()
    bench.recategorize = ({ recipients }) =>
      Promise.resolve({ copies: [{ queue: domainQueue('new.test'), recipients }], failed: [] })
    const second = bench.scheduler.operations.reroute(() => true)
    const third = bench.scheduler.operations.reroute(() => true)
    looking.resolve(undefined)
    await bench.advance(10, 1)
    await Promise.all([first, second, third])
    const domains = (await bench.waiting()).map(({ queue }) => queue.nextHopDomain)
    expect(domains).toEqual(['new.test', 'new.test'])
  })
  test('what was in transmission when its connector went is not left behind', async () => {
    await using bench = new SchedulerBench()
    const sending = Promise.withResolvers<undefined>()
    bench.serve = async (lane) => {
      const copy = await lane.next()
      if (copy === undefined) return { kind: 'served' }
      lane.reached()
      await sending.promise
      await lane.report(copy, resultsFor(copy, 'retry', '451 4.4.2 Connection dropped'))
      return { kind: 'served' }
    }
    bench.recategorize = ({ recipients }) =>
      Promise.resolve({ copies: [{ queue: domainQueue('new.test'), recipients }], failed: [] })
    await bench.start()
    await bench.sendTo(domainQueue('old.test', 'Gone'))
    await bench.scheduler.operations.reroute((key) => key.nextHopConnector !== 'Gone')
    bench.serve = (lane, signal) =>
      lane.key.nextHopConnector === 'Gone'
        ? refusing('unroutable', '451 4.4.0 There is no connector')(lane, signal)
        : delivering(lane, signal)
    sending.resolve(undefined)
    await bench.settle()
    await bench.advance(15 * minute, minute)
    expect(await bench.waiting()).toEqual([])
  })
  test('each message that is resubmitted when asked is told of, though it stays', async () => {
    await using bench = new SchedulerBench()
    bench.serve = refusing('unreachable', '441 4.4.1 no')
    bench.recategorize = ({ recipients, queue }) =>
      Promise.resolve({ copies: [{ queue, recipients }], failed: [] })
    await bench.start()
    await bench.send('first.test', 3)
    const before = await bench.waiting()
    expect(await bench.scheduler.operations.startResubmission(domainQueue('first.test'))).toBe(true)
    await bench.settle()
    const moved = bench.events.filter((event) => event.kind === 'moved')
    const ids = before.map(({ id }) => id)
    expect(moved.map(({ copy }) => copy.id)).toEqual(ids)
    expect(moved.flatMap(({ to }) => to.map(({ id }) => id))).toEqual(ids)
    expect((await bench.waiting()).map(({ id }) => id)).toEqual(ids)
  })
})

describe('draining', () => {
  test('lets connections finish the message in hand and gives the rest back', async () => {
    const bench = new SchedulerBench()
    const gate = Promise.withResolvers<undefined>()
    bench.serve = async (lane, signal) => {
      for (;;) {
        lane.reached()
        const copy = await lane.next()
        if (copy === undefined) return { kind: 'served' }
        await gate.promise
        await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
        if (signal.aborted) return { kind: 'served' }
      }
    }
    await bench.start()
    await bench.send('first.test', 5)
    const drained = bench.scheduler.drain(new AbortController().signal)
    gate.resolve(undefined)
    await drained
    expect(await bench.waiting()).toHaveLength(4)
    expect(await bench.store.lease(domainQueue('first.test'), Infinity, 10)).toHaveLength(4)
    await bench.send('later.test')
    expect(bench.opened).toEqual(['first.test'])
    expect(bench.clock.timers).toBe(0)
  })
})

describe('outcomes', () => {
  test('a recipient told 4yz waits for MessageRetryInterval', async () => {
    await using bench = new SchedulerBench()
    bench.serve = serving((copy) => resultsFor(copy, 'retry', '451 4.3.2 later'))
    await bench.start()
    await bench.send('first.test')
    expect(await bench.waiting()).toMatchObject([
      { attempts: 1, lastError: '451 4.3.2 later', dueAt: bench.clock.now() + 15 * minute },
    ])
    await bench.advance(15 * minute)
    expect(await bench.waiting()).toMatchObject([{ attempts: 2 }])
  })
  test('a failed recipient leaves with a notification, which is delivered', async () => {
    await using bench = new SchedulerBench()
    bench.serve = serving((copy) =>
      resultsFor(copy, copy.message.source === 'DSN' ? 'delivered' : 'failed', '550 5.1.1 unknown'),
    )
    await bench.start()
    await bench.send('first.test')
    expect(bench.notices).toEqual(['failed alice@example.com'])
    expect(bench.kinds()).toEqual(['queued', 'failed', 'notified', 'queued', 'delivered'])
    expect(await bench.waiting()).toEqual([])
  })
  test('a delivery that wants to be told of, and of which the next hop tells nobody, is told of once', async () => {
    await using bench = new SchedulerBench()
    await bench.start()
    const pending = bench.store.begin()
    const recipients = [{ address: 'bob@first.test', notify: ['SUCCESS'] as const }]
    const copy = { queue: domainQueue('first.test'), recipients }
    bench.scheduler.enqueue(await pending.commit(sampleMessage(), noHeader, [copy]))
    await bench.settle()
    expect(bench.notices).toEqual(['relayed alice@example.com'])
    expect(bench.events).toContainEqual(
      expect.objectContaining({ kind: 'delivered', notice: expect.anything() as unknown }),
    )
    expect(await bench.waiting()).toEqual([])
  })
  test('an agent that breaks is told, and its queue goes into Retry with all of its mail', async () => {
    await using bench = new SchedulerBench()
    bench.serve = async (lane) => {
      lane.reached()
      await lane.next()
      throw new Error('a mistake')
    }
    await bench.start()
    await bench.send('first.test', 3)
    expect(bench.logged).toEqual(['a delivery connection failed unexpectedly'])
    expect(await bench.waiting()).toHaveLength(3)
    const { queues } = await bench.scheduler.listing.queues()
    expect(queues[1]).toMatchObject({
      Status: 'Retry',
      LastError: '451 4.4.0 The connection failed unexpectedly',
    })
    bench.serve = delivering
    await bench.advance(2 * minute, minute)
    expect(await bench.waiting()).toEqual([])
  })
  test('a next hop that says when it wants to be tried again is tried then, and not before', async () => {
    await using bench = new SchedulerBench()
    bench.serve = () =>
      Promise.resolve({ kind: 'unreachable', error: '451 4.4.0 slow down', retryIn: 5 * minute })
    await bench.start()
    await bench.send('busy.test')
    bench.serve = delivering
    await bench.advance(5 * minute - 1000, minute)
    expect(await bench.waiting()).toHaveLength(1)
    await bench.advance(2000, 1000)
    expect(await bench.waiting()).toEqual([])
  })

  test('a message that waits past its expiry fails, although its queue is in Retry', async () => {
    await using bench = new SchedulerBench()
    bench.serve = refusing('unreachable', '441 4.4.1 no')
    await bench.start()
    await bench.send('dead.test')
    await bench.advance(2 * day - minute, 10 * minute)
    expect(bench.kinds()).not.toContain('expired')
    await bench.advance(3 * minute, minute)
    expect(bench.events).toContainEqual(
      expect.objectContaining({
        kind: 'expired',
        results: [expect.objectContaining({ reply: '550 4.4.7 QUEUE.Expired; message expired' })],
      }),
    )
    expect(bench.notices).toEqual(['delayed alice@example.com', 'failed alice@example.com'])
  })
})

test('an idle queue disappears from the list', async () => {
  await using bench = new SchedulerBench()
  await bench.start()
  await bench.send('first.test')
  const names = async () =>
    (await bench.scheduler.listing.queues()).queues.map(({ NextHopDomain }) => NextHopDomain)
  expect(await names()).toEqual(['Submission', 'first.test'])
  expect(bench.scheduler.queueCount).toBe(1)
  await bench.advance(3 * minute)
  expect(await names()).toEqual(['Submission'])
  expect(bench.scheduler.queueCount).toBe(0)
})

test('messages are listed with their queue', async () => {
  await using bench = new SchedulerBench()
  bench.serve = refusing('unreachable', '441 4.4.1 no')
  await bench.start()
  const [copy] = await bench.send('dead.test')
  const page = await bench.scheduler.listing.messages({
    queue: domainQueue('dead.test'),
    limit: 10,
  })
  expect(page.messages).toMatchObject([
    { Identity: `EDGE01\\1\\${copy?.message.id ?? ''}`, Status: 'Retry', Queue: 'EDGE01\\1' },
  ])
})

test('the Unreachable queue and its messages are listed with the reason', async () => {
  await using bench = new SchedulerBench()
  await bench.start()
  const recipients = [{ address: 'bob@nowhere.test', lastError: 'no connector' }]
  const pending = bench.store.begin()
  const copies = await pending.commit(sampleMessage(), noHeader, [
    { queue: unreachableQueue, recipients },
  ])
  bench.scheduler.enqueue(copies)
  const { listing } = bench.scheduler
  expect((await listing.queues()).queues[1]).toMatchObject({
    Identity: 'EDGE01\\Unreachable',
    MessageCount: 1,
    LastError: 'no connector',
  })
  const { messages } = await listing.messages({ limit: 10 })
  expect(messages).toMatchObject([{ LastError: 'no connector' }])
})

test('an end while the Submission queue is looked at complains of nothing', async () => {
  const closed = new StoreError('CLOSED', 'the store is closed')
  await using bench = new SchedulerBench((store) =>
    Object.assign(store, { nextDueAt: () => Promise.reject(closed) }),
  )
  await bench.scheduler.start()
  await bench.scheduler.drain(AbortSignal.abort())
  await bench.settle()
  expect(bench.logged).toEqual([])
})
