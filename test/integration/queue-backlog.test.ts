import { expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { LiveValue } from '../../src/base/live.ts'
import { QueueScheduler } from '../../src/queue/scheduler/scheduler.ts'
import { MemoryDeaths } from '../support/memory-deaths.ts'
import { MemoryJournal } from '../support/memory-journal.ts'
import { QueueFolder } from '../support/queue-folder.ts'
import { commitTo, domainQueue, noHeader, sampleMessage } from '../support/queue-samples.ts'
import { delivering, refusing, schedulerSettings } from '../support/scheduler-bench.ts'

const backlog = 100_000
const dead = domainQueue('dead.test')
const live = domainQueue('live.test')

test('a backlog of 100,000 neither slows the start nor a live queue, and the window stays small', async () => {
  await using folder = await QueueFolder.make()
  {
    await using store = await folder.open()
    for (let done = 0; done < backlog; done += 10_000) {
      const pending = store.begin()
      const recipients = [{ address: 'b@dead.test' }]
      const copies = Array.from({ length: 9_990 }, () => ({ queue: dead, recipients }))
      const others = Array.from({ length: 10 }, () => ({ queue: live, recipients }))
      const message = sampleMessage({ receivedAt: systemClock.now() })
      await pending.commit(message, noHeader, [...copies, ...others])
    }
  }
  await using store = await folder.open()
  const delivered = Promise.withResolvers<undefined>()
  let left = backlog / 1000 + 1
  let leased = 0
  const lease = store.lease.bind(store)
  await using scheduler = new QueueScheduler({
    store: Object.assign(store, {
      lease: async (...args: Parameters<typeof lease>) => {
        const copies = await lease(...args)
        leased += copies.length
        return copies
      },
    }),
    inHand: new MemoryJournal(),
    deaths: new MemoryDeaths(),
    agent: {
      serve: (lane, signal) =>
        lane.key.nextHopDomain === 'live.test'
          ? delivering(lane, signal)
          : refusing('unreachable', '441 4.4.1 no')(lane, signal),
    },
    notifier: {
      failed: () => Promise.resolve(undefined),
      delayed: () => Promise.resolve(undefined),
      relayed: () => Promise.resolve(undefined),
    },
    recategorize: () => Promise.resolve(undefined),
    settings: new LiveValue(schedulerSettings),
    serverName: 'EDGE01',
    clock: systemClock,
    load: () => 0,
    log: { warn: () => undefined, error: () => undefined },
    onEvent: ({ kind }) => {
      if (kind === 'delivered' && --left === 0) delivered.resolve(undefined)
    },
  })
  await scheduler.start()
  scheduler.enqueue(await commitTo(store, [live], { message: { receivedAt: systemClock.now() } }))
  await delivered.promise
  expect(leased).toBeLessThan(1000)
  const {
    queues: [, deadView],
  } = await scheduler.listing.queues()
  expect(deadView).toMatchObject({ MessageCount: backlog * 0.999, Status: 'Retry' })
  const page = await scheduler.listing.messages({ queue: dead, limit: 1000 })
  expect(page.messages).toHaveLength(1000)
})
