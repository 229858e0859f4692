import { expect, onTestFinished, test } from 'vitest'
import { LiveValue } from '../../../../src/base/live.ts'
import { minute, second } from '../../../../src/base/time-span.ts'
import type { ConnectionResult, DeliveryLane } from '../../../../src/queue/delivery-agent.ts'
import type { HeldMessage, Trial } from '../../../../src/queue/poison/in-hand.ts'
import { Suspects } from '../../../../src/queue/poison/suspects.ts'
import { poisonQueue, queueKeyText, submissionQueue } from '../../../../src/queue/queue-key.ts'
import { StoreError } from '../../../../src/queue/queue-store.ts'
import { type Copy, placeOf, suspended } from '../../../../src/queue/stored-message.ts'
import { failing } from '../../../support/failing-store.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { MemoryDeaths } from '../../../support/memory-deaths.ts'
import { MemoryJournal } from '../../../support/memory-journal.ts'
import { MemoryQueueStore } from '../../../support/memory-queue-store.ts'
import { commitTo, domainQueue } from '../../../support/queue-samples.ts'
import {
  SchedulerBench,
  delivering,
  resultsFor,
  schedulerSettings,
  standing,
} from '../../../support/scheduler-bench.ts'

/** A bench with mail for a few domains in its store, in whose last life these of them were in hand. */
async function benchAfterDeath(
  domains: readonly string[],
  died: (ids: Readonly<Record<string, number>>) => readonly HeldMessage[],
  deaths = new MemoryDeaths(),
) {
  const { store } = new SchedulerBench()
  const copies: Copy[] = []
  for (const domain of domains) copies.push(...(await commitTo(store, [domainQueue(domain)])))
  store.release(copies)
  const ids = Object.fromEntries(
    copies.map(({ message, queue }) => [queue.nextHopDomain, message.id]),
  )
  const journal = new MemoryJournal(died(ids))
  const bench = new SchedulerBench(undefined, undefined, { store, inHand: journal, deaths })
  onTestFinished(() => bench[Symbol.asyncDispose]())
  return { bench, journal, deaths, ids, idOf: (domain: string) => ids[domain] ?? 0 }
}

const among = (messageId: number | undefined): HeldMessage => ({
  messageId: messageId ?? 0,
  trial: 'none',
})

test('a message that was in hand at a death goes on behind all others, by itself', async () => {
  const { bench } = await benchAfterDeath(['a.test', 'b.test', 'c.test'], (ids) => [
    among(ids['a.test']),
    among(ids['b.test']),
  ])
  await bench.start()
  expect(bench.opened).toEqual(['c.test'])
  await bench.advance(2 * second, second / 4)
  expect(bench.opened).toEqual(['c.test', 'a.test', 'b.test'])
  expect(await bench.waiting()).toEqual([])
})

test('the next suspect goes on when the one before has been dealt with', async () => {
  const { bench, journal } = await benchAfterDeath(['a.test', 'b.test'], (ids) => [
    among(ids['a.test']),
    among(ids['b.test']),
  ])
  const gate = Promise.withResolvers<undefined>()
  bench.serve = async (lane) => {
    lane.reached()
    const copy = await lane.next()
    if (copy === undefined) return { kind: 'served' }
    await gate.promise
    await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
    return { kind: 'served' }
  }
  await bench.start()
  await bench.advance(10 * second, second)
  expect(bench.opened).toEqual(['a.test'])
  expect(journal.held.map(({ trial }) => trial)).toEqual(['beside others'])
  gate.resolve(undefined)
  await bench.advance(second, second / 4)
  expect(bench.opened).toEqual(['a.test', 'b.test'])
})

test('a suspect that hangs holds the next one up for a minute', async () => {
  const { bench } = await benchAfterDeath(['a.test', 'b.test'], (ids) => [
    among(ids['a.test']),
    among(ids['b.test']),
  ])
  bench.serve = hanging
  await bench.start()
  await bench.advance(50 * second, second)
  expect(bench.opened).toEqual(['a.test'])
  await bench.advance(20 * second, second)
  expect(bench.opened).toEqual(['a.test', 'b.test'])
})

test.each<Trial>(['none', 'beside others'])(
  'many suspects that hang (%s) hold nobody up for longer than a few',
  async (trial) => {
    const hung = Array.from({ length: 150 }, (_, n) => `hung${n}.test`)
    const { bench } = await benchAfterDeath([...hung, 'last.test', 'other.test'], (ids) =>
      [...hung, 'last.test'].map((domain) => ({ messageId: ids[domain] ?? 0, trial })),
    )
    bench.serve = (lane, signal) =>
      lane.key.nextHopDomain.startsWith('hung') ? hanging(lane, signal) : delivering(lane, signal)
    await bench.start()
    await bench.advance(8 * minute, second / 5)
    expect((await bench.waiting()).map(({ queue }) => queue.nextHopDomain)).toEqual(hung)
  },
)

test('a suspect that waits for a connection holds the next one up', async () => {
  const { bench } = await benchAfterDeath(['a.test', 'b.test'], (ids) => [
    among(ids['a.test']),
    among(ids['b.test']),
  ])
  bench.settings.set({ ...bench.settings.current, MaxPerDomainOutboundConnections: 1 })
  const hop = standing()
  bench.serve = hop.serve
  await bench.start()
  await bench.send('a.test')
  await bench.advance(10 * second, second)
  expect(bench.opened).toEqual(['a.test'])
  hop.release()
  await bench.advance(second, second / 4)
  expect(bench.opened).toEqual(['a.test', 'b.test'])
  expect(await bench.waiting()).toEqual([])
})

test('a suspect of the Submission queue is categorized behind all others, by itself', async () => {
  const { store } = new SchedulerBench()
  const copies: Copy[] = []
  for (let n = 0; n < 3; n++) copies.push(...(await commitTo(store, [submissionQueue])))
  store.release(copies)
  const [first, next, other] = copies.map(({ message }) => message.id)
  const journal = new MemoryJournal([among(first), among(next)])
  const bench = new SchedulerBench(undefined, undefined, { store, inHand: journal })
  onTestFinished(() => bench[Symbol.asyncDispose]())
  const gate = Promise.withResolvers<undefined>()
  const categorized: number[] = []
  bench.recategorize = async ({ message, recipients }) => {
    categorized.push(message.id)
    await gate.promise
    return { copies: [{ queue: domainQueue('a.test'), recipients }], failed: [] }
  }
  await bench.start()
  expect(categorized).toEqual([other])
  await bench.advance(10 * second, second)
  expect(categorized).toEqual([other, first])
  expect(journal.held).toContainEqual({ messageId: first, trial: 'beside others' })
  gate.resolve(undefined)
  await bench.advance(second, second / 4)
  expect(categorized).toEqual([other, first, next])
  expect(await bench.waiting()).toEqual([])
})

test.each<[string, Trial, number, number]>([
  ['as any', 'none', 1, 0],
  ['on trial, nothing beside it', 'beside others', 1, 1],
  ['on trial among others', 'beside others', 2, 0],
  ['on trial, others kept back', 'alone', 2, 1],
])('a death with a message in hand %s counts as it should', async (_, trial, inHand, expected) => {
  const { bench, deaths, idOf } = await benchAfterDeath(['a.test', 'b.test'], (ids) =>
    [{ messageId: ids['a.test'] ?? 0, trial }, among(ids['b.test'])].slice(0, inHand),
  )
  await bench.start()
  expect([deaths.of(idOf('a.test')), deaths.of(idOf('b.test'))]).toEqual([expected, 0])
  expect(deaths.saved).toBe(expected > 0)
})

test('a suspect of two deaths goes on alone: nothing else is begun beside it', async () => {
  const { bench, journal, idOf } = await benchAfterDeath(['a.test'], (ids) => [
    { messageId: ids['a.test'] ?? 0, trial: 'beside others' },
    among(99),
  ])
  const busy = Promise.withResolvers<undefined>()
  const lanes: DeliveryLane[] = []
  bench.serve = async (lane) => {
    lanes.push(lane)
    lane.reached()
    const copy = await lane.next()
    if (copy === undefined) return { kind: 'served' }
    await busy.promise
    await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
    return { kind: 'served' }
  }
  await bench.start()
  await bench.send('busy.test')
  await bench.advance(2 * second, second / 4)
  // It waits for what is in hand to end.
  expect(bench.opened).toEqual(['busy.test'])
  await bench.send('late.test')
  expect(bench.opened).toEqual(['busy.test'])
  busy.resolve(undefined)
  const gate = Promise.withResolvers<undefined>()
  bench.serve = async (lane) => {
    const copy = await lane.next()
    if (copy === undefined) return { kind: 'served' }
    if (copy.queue.nextHopDomain === 'a.test') await gate.promise
    await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
    return { kind: 'served' }
  }
  await bench.advance(second, second / 4)
  expect(bench.opened).toEqual(['busy.test', 'a.test'])
  expect(journal.held).toEqual([{ messageId: idOf('a.test'), trial: 'alone' }])
  gate.resolve(undefined)
  await bench.advance(second, second / 4)
  expect(bench.opened).toEqual(['busy.test', 'a.test', 'late.test'])
  expect(await bench.waiting()).toEqual([])
})

test('a suspect that goes on alone holds others up for ten seconds and no longer', async () => {
  const { bench, journal } = await benchAfterDeath(['a.test', 'b.test'], (ids) => [
    { messageId: ids['a.test'] ?? 0, trial: 'beside others' },
    among(99),
  ])
  bench.serve = hanging
  await bench.start()
  await bench.advance(12 * second, second / 4)
  expect(journal.held.map(({ trial }) => trial)).toContain('alone')
  await bench.advance(12 * second, second / 4)
  expect(journal.held.map(({ trial }) => trial)).not.toContain('alone')
  await bench.send('other.test')
  expect(bench.opened.at(-1)).toBe('other.test')
})

test('at the threshold a message goes into the Poison queue, suspended, and the others flow', async () => {
  const deaths = new MemoryDeaths()
  const { bench, idOf } = await benchAfterDeath(
    ['poison.test', 'fine.test'],
    (ids) => {
      deaths.add(ids['poison.test'] ?? 0)
      return [{ messageId: ids['poison.test'] ?? 0, trial: 'beside others' }]
    },
    deaths,
  )
  await bench.start()
  await bench.advance(minute, second)
  expect(bench.opened).toEqual(['fine.test'])
  const [copy, ...others] = await bench.waiting()
  expect(others).toEqual([])
  expect([copy?.queue, copy?.dueAt, copy?.message.id]).toEqual([
    poisonQueue,
    suspended,
    idOf('poison.test'),
  ])
  expect(bench.events.find(({ kind }) => kind === 'moved')).toMatchObject({
    copy: { queue: domainQueue('poison.test') },
    to: [{ queue: poisonQueue }],
  })
  expect(bench.logged.at(-1)).toContain('Poison queue')
  // It begins with no guilt when it is let go on.
  expect(deaths.of(idOf('poison.test'))).toBe(0)
})

test('the Poison queue is shown while it holds messages, and a message resumed there is submitted again', async () => {
  const deaths = new MemoryDeaths()
  const { bench } = await benchAfterDeath(
    ['poison.test'],
    (ids) => {
      deaths.add(ids['poison.test'] ?? 0)
      return [{ messageId: ids['poison.test'] ?? 0, trial: 'alone' }]
    },
    deaths,
  )
  bench.recategorize = ({ recipients }) => ({
    copies: [{ queue: domainQueue('poison.test'), recipients }],
    failed: [],
  })
  await bench.start()
  const shown = async () => (await bench.scheduler.listing.queues()).queues
  expect(
    (await shown()).map(({ Identity, MessageCount }) => `${Identity} ${MessageCount}`),
  ).toEqual(['EDGE01\\Submission 0', 'EDGE01\\Poison 1'])
  const { messages } = await bench.scheduler.listing.messages({ limit: 10 })
  expect(messages.map(({ Status, ExpirationTime }) => [Status, ExpirationTime])).toEqual([
    ['Suspended', null],
  ])
  const [copy] = await bench.waiting()
  await bench.scheduler.messages.resume(copy === undefined ? [] : [placeOf(copy)])
  await bench.advance(second, second / 4)
  expect(bench.opened).toEqual(['poison.test'])
  expect((await shown()).map(({ Identity }) => Identity)).not.toContain('EDGE01\\Poison')
  const moves = bench.events.flatMap((event) =>
    event.kind === 'moved' ? [event.to.map(({ queue }) => queueKeyText(queue)).join()] : [],
  )
  expect(moves).toContain(queueKeyText(submissionQueue))
})

test('a message of the Poison queue never expires, and an administrator can remove it', async () => {
  const deaths = new MemoryDeaths()
  const { bench } = await benchAfterDeath(
    ['poison.test'],
    (ids) => {
      deaths.add(ids['poison.test'] ?? 0)
      return [{ messageId: ids['poison.test'] ?? 0, trial: 'alone' }]
    },
    deaths,
  )
  await bench.start()
  await bench.advance(5 * 24 * 60 * minute, 60 * minute)
  const [copy] = await bench.waiting()
  expect(copy?.queue).toEqual(poisonQueue)
  await bench.scheduler.messages.remove(copy === undefined ? [] : [placeOf(copy)], 'remove')
  expect(await bench.waiting()).toEqual([])
})

test('with PoisonMessageDetectionEnabled off nothing is suspected', async () => {
  const { bench } = await benchAfterDeath(['a.test'], (ids) => [
    { messageId: ids['a.test'] ?? 0, trial: 'alone' },
  ])
  bench.settings.set({ ...bench.settings.current, PoisonMessageDetectionEnabled: false })
  await bench.start()
  expect(bench.opened).toEqual(['a.test'])
})

test('a suspect whose queue is suspended waits, and the others do not wait for it', async () => {
  const { bench } = await benchAfterDeath(['a.test', 'b.test'], (ids) => [
    among(ids['a.test']),
    among(ids['b.test']),
  ])
  await bench.store.suspendQueue(domainQueue('a.test'), true)
  await bench.start()
  await bench.advance(3 * second, second / 4)
  expect(bench.opened).toEqual(['b.test'])
  await bench.scheduler.operations.resume(domainQueue('a.test'))
  await bench.advance(3 * second, second / 4)
  expect(bench.opened).toEqual(['b.test', 'a.test'])
})

test('an administrator can remove a suspect that is kept back', async () => {
  const { bench } = await benchAfterDeath(['a.test'], (ids) => [among(ids['a.test'])])
  await bench.start()
  const [copy] = await bench.waiting()
  await bench.scheduler.messages.remove(copy === undefined ? [] : [placeOf(copy)], 'remove')
  await bench.advance(5 * second, second)
  expect([bench.opened, await bench.waiting()]).toEqual([[], []])
})

test('a suspect that waits for a connection holds up the next one, too', async () => {
  const { bench } = await benchAfterDeath(['a.test', 'b.test'], (ids) => [
    among(ids['a.test']),
    among(ids['b.test']),
  ])
  bench.settings.set({ ...bench.settings.current, MaxOutboundConnections: 1 })
  bench.serve = hanging
  await bench.start()
  await bench.send('busy.test')
  await bench.advance(5 * second, second / 4)
  expect(bench.opened).toEqual(['busy.test'])
  bench.settings.set({ ...bench.settings.current, MaxOutboundConnections: 1000 })
  await bench.send('other.test')
  await bench.advance(30 * second, second / 4)
  expect(bench.opened).toContain('a.test')
  expect(bench.opened).not.toContain('b.test')
  await bench.advance(30 * second, second / 4)
  expect(bench.opened).toContain('b.test')
})

test('all mail goes on when the store does not tell what was in hand', async () => {
  const { bench } = await benchAfterDeath(['a.test', 'b.test'], (ids) => [among(ids['a.test'])])
  failing(bench.store, 'scan', [new StoreError('FAILED', 'broken')])
  await bench.start()
  expect(bench.logged).toEqual(['could not look into what was in hand when the service died'])
  expect(new Set(bench.opened)).toEqual(new Set(['a.test', 'b.test']))
})

test('a message goes on though its deaths cannot be written down', async () => {
  const deaths = new MemoryDeaths()
  deaths.save = () => Promise.reject(new Error('no room'))
  const { bench } = await benchAfterDeath(
    ['a.test'],
    (ids) => [{ messageId: ids['a.test'] ?? 0, trial: 'alone' }],
    deaths,
  )
  await bench.start()
  expect(bench.logged).toContain(
    'could not write down how often the service died with a message in hand',
  )
  await bench.advance(3 * second, second / 4)
  expect(bench.opened).toEqual(['a.test'])
})

test('deaths of messages that are gone are forgotten, those of others are not', async () => {
  const deaths = new MemoryDeaths()
  const { bench, idOf } = await benchAfterDeath(['a.test'], () => [], deaths)
  deaths.add(idOf('a.test'))
  deaths.add(99)
  await bench.start()
  expect(deaths.messageIds).toEqual([idOf('a.test')])
  expect(deaths.saved).toBe(true)
})

test('a suspect that cannot be let go on holds nobody up', async () => {
  const store = new MemoryQueueStore(new FakeClock())
  const copies = [
    ...(await commitTo(store, [domainQueue('a.test')])),
    ...(await commitTo(store, [domainQueue('b.test')])),
  ]
  store.release(copies)
  const clock = new FakeClock()
  const logged: string[] = []
  const note = (_: object, message: string) => void logged.push(message)
  const suspects = new Suspects({
    journal: new MemoryJournal(
      copies.map(({ message }) => ({ messageId: message.id, trial: 'beside others' })),
    ),
    counts: new MemoryDeaths(),
    store,
    settings: new LiveValue(schedulerSettings),
    clock,
    log: { warn: note, error: note },
  })
  const begun: string[] = []
  let resumed = 0
  await suspects.start({
    mayBegin: () => true,
    begin: ({ queue }) => {
      begun.push(queue.nextHopDomain)
      if (begun.length === 1) throw new Error('no')
    },
    isHeld: () => false,
    poison: () => Promise.resolve(),
    resume: () => {
      resumed++
    },
  })
  clock.advance(second)
  for (let turns = 0; turns < 20; turns++) await Promise.resolve()
  expect(begun).toEqual(['a.test', 'b.test'])
  expect(logged).toContain('could not let a message go on')
  // Others may begin again after each of them.
  expect([suspects.isQuiet, resumed]).toEqual([false, 2])
})

test('a message that is categorized is in hand meanwhile', async () => {
  const { store } = new SchedulerBench()
  const copies = await commitTo(store, [submissionQueue])
  store.release(copies)
  const journal = new MemoryJournal()
  const bench = new SchedulerBench(undefined, undefined, { store, inHand: journal })
  onTestFinished(() => bench[Symbol.asyncDispose]())
  const inHand: number[] = []
  bench.recategorize = () => {
    inHand.push(...journal.held.map(({ messageId }) => messageId))
    return {
      copies: [{ queue: domainQueue('a.test'), recipients: [{ address: 'a@a.test' }] }],
      failed: [],
    }
  }
  await bench.start()
  expect(inHand).toEqual(copies.map(({ message }) => message.id))
  expect(journal.size).toBe(0)
})

test('what is kept back goes to the store at an orderly end', async () => {
  const { bench } = await benchAfterDeath(['a.test'], (ids) => [among(ids['a.test'])])
  await bench.start()
  await bench.scheduler.drain(AbortSignal.timeout(1000))
  const again = new SchedulerBench(undefined, undefined, { store: bench.store })
  await again.start()
  expect(again.opened).toEqual(['a.test'])
  await again[Symbol.asyncDispose]()
})

/** Takes a copy and says nothing more, until it must end. */
async function hanging(lane: DeliveryLane, signal: AbortSignal): Promise<ConnectionResult> {
  lane.reached()
  const copy = await lane.next()
  if (copy === undefined) return { kind: 'served' }
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  lane.putBack(copy)
  return { kind: 'served' }
}
