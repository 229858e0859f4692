import { expect, test } from 'vitest'
import { hour, minute, second } from '../../../../src/base/time-span.ts'
import { submissionQueue, unreachableQueue } from '../../../../src/queue/queue-key.ts'
import type { QueueStore } from '../../../../src/queue/queue-store.ts'
import type { Recategorizer } from '../../../../src/queue/recategorized.ts'
import { commitTo, domainQueue } from '../../../support/queue-samples.ts'
import { SchedulerBench, delivering, refusing } from '../../../support/scheduler-bench.ts'

const staying: Recategorizer = ({ recipients, queue }) =>
  Promise.resolve({ copies: [{ queue, recipients }], failed: [] })
const toFirst: Recategorizer = ({ recipients }) =>
  Promise.resolve({ copies: [{ queue: domainQueue('first.test'), recipients }], failed: [] })

/** A categorizer that answers when the gate opens. */
function behind(gate: Promise<undefined>, then: Recategorizer): Recategorizer {
  return async (copy) => {
    await gate
    return await then(copy)
  }
}

test('what comes into the Submission queue while it is walked over is taken up behind that, at once', async () => {
  await using bench = new SchedulerBench()
  const gate = Promise.withResolvers<undefined>()
  bench.recategorize = behind(gate.promise, toFirst)
  await bench.start()
  await bench.sendTo(submissionQueue)
  await bench.sendTo(submissionQueue, 2)
  gate.resolve(undefined)
  await bench.settle()
  expect(await bench.waiting()).toHaveLength(0)
  expect(bench.kinds().filter((kind) => kind === 'delivered')).toHaveLength(3)
})

test('no more than two hundred messages of the Submission queue are categorized at a time', async () => {
  await using bench = new SchedulerBench()
  const answers: (() => void)[] = []
  let begun = 0
  bench.recategorize = async (copy) => {
    begun++
    await new Promise<void>((resolve) => answers.push(resolve))
    return await toFirst(copy)
  }
  await bench.start()
  await bench.sendTo(submissionQueue, 300)
  await bench.advance(5 * second, 20)
  expect(begun).toBe(200)
  for (const answer of answers.splice(0, 50)) answer()
  await bench.advance(second, 20)
  expect(begun).toBe(250)
  while (answers.length > 0) {
    for (const answer of answers.splice(0)) answer()
    await bench.advance(second, 20)
  }
  expect(bench.kinds().filter((kind) => kind === 'delivered')).toHaveLength(300)
})

test('all that is wanted of a queue while it is walked over is one more walk', async () => {
  await using bench = new SchedulerBench()
  const gate = Promise.withResolvers<undefined>()
  await bench.start()
  await bench.sendTo(unreachableQueue)
  bench.recategorize = behind(gate.promise, staying)
  for (let n = 0; n < 3; n++) await bench.scheduler.operations.resume(unreachableQueue)
  let asked = 0
  bench.recategorize = (copy) => {
    asked++
    return staying(copy)
  }
  gate.resolve(undefined)
  await bench.advance(second, 10)
  expect(asked).toBe(1)
  expect(bench.kinds()).not.toContain('moved')
})

test('what an administrator asks for while a queue is walked over is done as asked', async () => {
  await using bench = new SchedulerBench()
  const gate = Promise.withResolvers<undefined>()
  await bench.start()
  await bench.sendTo(unreachableQueue)
  bench.recategorize = behind(gate.promise, staying)
  await bench.scheduler.operations.resume(unreachableQueue)
  const asked = bench.scheduler.operations.resubmit(unreachableQueue)
  gate.resolve(undefined)
  await bench.advance(second, 10)
  await asked
  expect(bench.kinds().filter((kind) => kind === 'moved')).toHaveLength(1)
})

test('no walk follows another behind the end', async () => {
  await using bench = new SchedulerBench()
  const gate = Promise.withResolvers<undefined>()
  await bench.start()
  await bench.sendTo(unreachableQueue)
  bench.recategorize = behind(gate.promise, staying)
  for (let n = 0; n < 2; n++) await bench.scheduler.operations.resume(unreachableQueue)
  const drained = bench.scheduler.drain(new AbortController().signal)
  bench.recategorize = toFirst
  gate.resolve(undefined)
  await drained
  await bench.advance(minute, second)
  expect(await bench.waiting()).toMatchObject([{ queue: unreachableQueue }])
})

test('a message that the categorizer fails at is told, and categorized again later', async () => {
  await using bench = new SchedulerBench()
  bench.recategorize = () => Promise.reject(new Error('no answer'))
  await bench.start()
  await bench.sendTo(submissionQueue)
  expect(bench.logged).toEqual(['could not categorize a message anew'])
  bench.recategorize = toFirst
  await bench.advance(hour, minute)
  expect(await bench.waiting()).toHaveLength(0)
})

test('a message whose envelope is damaged is not categorized, and fails', async () => {
  await using bench = new SchedulerBench((store) => {
    const lease = store.lease.bind(store)
    return Object.assign(store, {
      lease: async (...query: Parameters<QueueStore['lease']>) =>
        (await lease(...query)).map((copy) => ({ ...copy, damage: 'its envelope is no JSON' })),
    })
  })
  bench.recategorize = () => expect.unreachable()
  bench.store.release(await commitTo(bench.store, [submissionQueue]))
  await bench.start()
  expect(bench.logged).toEqual([expect.stringContaining('is damaged: it is put aside')])
  expect(bench.kinds()).toContain('failed')
  expect(bench.notices).toEqual(['failed alice@example.com'])
})

test('what an administrator resubmits is tried at once, whatever the queue waits for that it comes into', async () => {
  await using bench = new SchedulerBench()
  bench.serve = refusing('unreachable', '441 4.4.1 no')
  await bench.start()
  await bench.send('first.test')
  await bench.sendTo(unreachableQueue, 3)
  bench.serve = delivering
  bench.recategorize = toFirst
  await bench.scheduler.operations.resubmit(unreachableQueue)
  await bench.settle()
  expect(await bench.waiting()).toEqual([])
})
