import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { LiveValue } from '../../src/base/live.ts'
import type { DeliveryAgent, RecipientResult } from '../../src/queue/delivery-agent.ts'
import type { QueueEvent } from '../../src/queue/queue-events.ts'
import { QueueScheduler } from '../../src/queue/scheduler/scheduler.ts'
import { type Copy, placeOf } from '../../src/queue/stored-message.ts'
import { MemoryDeaths } from '../support/memory-deaths.ts'
import { MemoryJournal } from '../support/memory-journal.ts'
import { QueueFolder } from '../support/queue-folder.ts'
import { commitTo, domainQueue } from '../support/queue-samples.ts'
import { schedulerSettings } from '../support/scheduler-bench.ts'

const messages = 400
const queues = ['a.test', 'b.test'].map((domain) => domainQueue(domain))

/** Numbers that look random, the same in each run. */
function* numbers(): Generator<number, number> {
  for (let state = 7; ;) yield (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** Takes a moment for each copy, puts some back, and delivers most at the first or the second try. */
function fickleAgent(random: () => number): DeliveryAgent {
  return {
    async serve(lane) {
      lane.reached()
      for (;;) {
        const copy = await lane.next()
        if (copy === undefined) return { kind: 'served' }
        await delay(random() * 2)
        const dice = random()
        if (dice < 0.1) {
          lane.putBack(copy)
          return { kind: 'served' }
        }
        const outcome: RecipientResult['outcome'] = dice < 0.4 ? 'retry' : 'delivered'
        const reply = outcome === 'retry' ? '451 4.3.0 later' : '250 2.0.0 ok'
        const results = copy.recipients.map((recipient) => ({ recipient, outcome, reply }))
        await lane.report(copy, results)
      }
    },
  }
}

test('whatever is done to messages in the midst of their delivery, each ends once', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open()
  const random = numbers()
  const next = () => random.next().value
  const ended: Copy[] = []
  const log: string[] = []
  const onEvent = (event: QueueEvent) => {
    if (event.kind === 'delivered' || event.kind === 'failed') ended.push(event.copy)
  }
  const note = (_: object, message: string) => void log.push(message)
  await using scheduler = new QueueScheduler({
    ...{ store, onEvent, serverName: 'EDGE01', clock: systemClock, load: () => 0 },
    inHand: new MemoryJournal(),
    deaths: new MemoryDeaths(),
    agent: fickleAgent(next),
    notifier: {
      failed: () => Promise.resolve(undefined),
      delayed: () => Promise.resolve(undefined),
      relayed: () => Promise.resolve(undefined),
    },
    recategorize: () => Promise.resolve(undefined),
    settings: new LiveValue({ ...schedulerSettings, MessageRetryInterval: 20 }),
    log: { warn: note, error: note },
  })
  await scheduler.start()
  const all: Copy[] = []
  for (let n = 0; n < messages; n++) {
    const queue = queues[n % queues.length] ?? domainQueue('a.test')
    const receivedAt = systemClock.now()
    const copies = await commitTo(store, [queue], { message: { receivedAt } })
    all.push(...copies)
    scheduler.enqueue(copies)
    if (n % 4 > 0) continue
    const some = all.filter(() => next() < 0.05).map(placeOf)
    const dice = next()
    if (dice < 0.45) void scheduler.messages.suspend(some)
    else if (dice < 0.8) void scheduler.messages.resume(some)
    else if (dice < 0.85) await scheduler.messages.remove(some, 'removeWithNotice')
    else if (dice < 0.9) await scheduler.messages.remove(some, 'remove')
    else if (dice < 0.95) await scheduler.operations.suspend(queue)
    else await scheduler.operations.resume(queue)
  }
  for (const queue of queues) await scheduler.operations.resume(queue)
  await expect
    .poll(
      async () => {
        await scheduler.messages.resume(all.map(placeOf))
        return (await store.scan({ limit: messages })).copies.length
      },
      { timeout: 20_000, interval: 100 },
    )
    .toBe(0)
  const ids = ended.map(({ id }) => id)
  expect(ids.toSorted((a, b) => a - b)).toEqual(all.map(({ id }) => id))
  expect(log).toEqual([])
})
