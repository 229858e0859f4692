import { describe, expect, test } from 'vitest'
import { day, hour, minute, second } from '../../../src/base/time-span.ts'
import type { MessagePriority } from '../../../src/message/message-properties.ts'
import { grantedPriority, inOrder } from '../../../src/queue/priority-queuing.ts'
import { submissionQueue } from '../../../src/queue/queue-key.ts'
import { DeliveryOrder } from '../../../src/queue/delivery-order.ts'
import type { Copy } from '../../../src/queue/stored-message.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { MemoryQueueStore } from '../../support/memory-queue-store.ts'
import { commitTo, domainQueue } from '../../support/queue-samples.ts'
import {
  SchedulerBench,
  refusing,
  resultsFor,
  schedulerSettings,
} from '../../support/scheduler-bench.ts'

const quotas = { High: 3, Normal: 4, Low: 2 }
const store = new MemoryQueueStore(new FakeClock())

async function copyOf(priority: MessagePriority): Promise<Copy> {
  const message = priority === 'Normal' ? {} : { properties: { priority } }
  const [copy] = await commitTo(store, [domainQueue('first.test')], { message })
  if (copy === undefined) throw new Error('nothing was committed')
  return copy
}

const classOf = (copy: Copy | undefined) => copy?.message.properties?.priority ?? 'Normal'
const letters = (copies: readonly Copy[]) => copies.map((copy) => classOf(copy).charAt(0)).join('')

async function orderOf(text: string, given: typeof quotas | null = quotas) {
  const order = new DeliveryOrder()
  for (const letter of text) {
    const priority = letter === 'H' ? 'High' : letter === 'L' ? 'Low' : 'Normal'
    order.push(await copyOf(priority), given ?? undefined)
  }
  return order
}

function takenFrom(order: DeliveryOrder): string {
  const copies: Copy[] = []
  for (let copy = order.take(); copy !== undefined; copy = order.take()) copies.push(copy)
  return letters(copies)
}

describe('the order of delivery', () => {
  test.each([
    ['NLH', 'HNL'],
    ['LLLNNNHHH', 'HHHNNNLLL'],
    ['NNNNNNNNHHHHHHHHLLLL', 'HHHNNNNLLHHHNNNNLLHH'],
    ['LLLLLH', 'HLLLLL'],
    ['NNNNN', 'NNNNN'],
  ])('of %s is %s', async (came, leaves) => {
    expect(takenFrom(await orderOf(came))).toBe(leaves)
  })

  test('without priorities is that in which they came', async () => {
    const order = new DeliveryOrder()
    for (const priority of ['Low', 'High', 'Normal'] as const) order.push(await copyOf(priority))
    expect(takenFrom(order)).toBe('LHN')
  })

  test('names as the first the one that is taken next, and takes what was put back again', async () => {
    const order = await orderOf('LLNHHHHHNNNNN')
    for (let count = order.size; count > 0; count--) {
      const { first } = order
      const taken = order.take()
      expect(taken).toBe(first)
      if (taken === undefined) throw new Error('nothing was taken')
      if (count % 2 === 0) {
        order.putBack(taken)
        expect(order.take()).toBe(taken)
      }
    }
    expect(order.size).toBe(0)
  })

  test('gives out all, and those that are meant, of every class', async () => {
    const order = await orderOf('LNHLNH')
    expect(letters(order.takeWhere((copy) => classOf(copy) !== 'Normal'))).toBe('HHLL')
    expect(order.size).toBe(2)
    expect(letters(order.takeAll())).toBe('NN')
    expect(order.size).toBe(0)
  })

  test.each([
    [null, 'LNH'],
    [quotas, 'HNL'],
  ])(
    'with quotas %j shows what waits of every class as %s, and takes nothing',
    async (given, shown) => {
      const order = await orderOf('LNH', given)
      expect(letters(order.all)).toBe(shown)
      const has = (priority: string) => order.some((copy) => classOf(copy) === priority)
      expect(['High', 'Normal', 'Low', 'None'].map(has)).toEqual([true, true, true, false])
      order.takeWhere((copy) => classOf(copy) === 'Low')
      expect([has('Low'), order.size]).toEqual([false, 2])
    },
  )
})

test('a large message is none of high priority', () => {
  const granted = (size: number) => grantedPriority('High', size, schedulerSettings)
  expect(granted(250 * 1024)).toBe('High')
  expect(granted(250 * 1024 + 1)).toBe('Normal')
})

describe('a queue with many messages', () => {
  /** Ids of delivered messages in their order, as letters of their classes. */
  async function delivered(isEnabled: boolean): Promise<string> {
    await using bench = new SchedulerBench()
    bench.settings.set({ ...schedulerSettings, PriorityQueuingEnabled: isEnabled })
    const sent: Copy[] = []
    bench.serve = async (lane) => {
      lane.reached()
      for (let copy = await lane.next(); copy !== undefined; copy = await lane.next()) {
        sent.push(copy)
        await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
      }
      return { kind: 'served' }
    }
    bench.recategorize = ({ recipients }) => ({
      copies: [{ queue: domainQueue('first.test'), recipients }],
      failed: [],
    })
    await bench.start()
    await bench.scheduler.operations.suspend(domainQueue('first.test'))
    await bench.sendTo(submissionQueue, 300)
    await bench.advance(second)
    await bench.sendTo(submissionQueue, 2, { properties: { priority: 'Low' } })
    await bench.advance(second)
    await bench.sendTo(submissionQueue, 100)
    await bench.sendTo(submissionQueue, 1, { properties: { priority: 'High' } })
    await bench.advance(minute, second)
    await bench.scheduler.operations.resume(domainQueue('first.test'))
    await bench.advance(minute, second)
    expect(sent).toHaveLength(403)
    return letters(sent)
  }

  test('sends one of high priority first, though it came last and the others fill the memory', async () => {
    const order = await delivered(true)
    expect(order.indexOf('H')).toBeLessThan(5)
    expect(order.indexOf('L')).toBeGreaterThan(300)
  })

  test('sends them as they came when priority queuing is off', async () => {
    const order = await delivered(false)
    expect(order.indexOf('L')).toBe(300)
    expect(order.indexOf('H')).toBe(402)
  })
})

test('one of low priority that has waited an hour lets no more pass', () => {
  const clock = new FakeClock()
  const settings = { ...schedulerSettings, PriorityQueuingEnabled: true }
  const due = (priority: MessagePriority, now: number) =>
    inOrder(
      [{ queue: domainQueue('first.test'), recipients: [] }],
      { properties: { priority } },
      {
        settings,
        now,
      },
    )[0]?.dueAt ?? 0
  const low = due('Low', clock.now())
  expect(due('Normal', clock.now() + 59 * minute)).toBeLessThan(low)
  expect(due('Normal', clock.now() + hour + 1)).toBeGreaterThan(low)
})

test('mail of each class has its own time until its sender hears of it, and until it is given up', async () => {
  await using bench = new SchedulerBench()
  bench.settings.set({ ...schedulerSettings, PriorityQueuingEnabled: true })
  bench.serve = refusing('unreachable', '451 4.4.1 no connection')
  await bench.start()
  for (const priority of ['High', 'Normal', 'Low'] as const) {
    const envelope = { sender: `${priority}@s.test`, body: '7BIT', smtpUtf8: false } as const
    await bench.send('dead.test', 1, { envelope, properties: { priority } })
  }
  const told = async (by: number, step: number) => {
    bench.notices.length = 0
    await bench.advance(by, step)
    return [...bench.notices]
  }
  expect(await told(29 * minute, minute)).toEqual([])
  expect(await told(2 * minute, second)).toEqual(['delayed High@s.test'])
  expect(await told(4 * hour, minute)).toEqual(['delayed Normal@s.test'])
  expect(await told(4 * hour, minute)).toEqual(['failed High@s.test', 'delayed Low@s.test'])
  expect(await told(2 * day, minute)).toEqual(['failed Normal@s.test', 'failed Low@s.test'])
  expect(
    (await bench.waiting()).filter(({ queue }) => queue.nextHopDomain === 'dead.test'),
  ).toEqual([])
})
