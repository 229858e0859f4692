import { expect, test } from 'vitest'
import type { QueueQuery } from '../../../src/queue/queue-listing.ts'
import { unreachableQueue } from '../../../src/queue/queue-key.ts'
import { SchedulerBench, refusing } from '../../support/scheduler-bench.ts'

/** Three next hops of which two cannot be reached. */
async function threeQueues(): Promise<SchedulerBench> {
  const bench = new SchedulerBench()
  await bench.start()
  await bench.send('live.test')
  bench.serve = refusing('unreachable', '441 4.4.1 Connection refused')
  await bench.send('first.test', 2)
  await bench.send('second.test')
  return bench
}

async function pages(bench: SchedulerBench, query: QueueQuery): Promise<string[][]> {
  const found: string[][] = []
  for (let after: number | undefined; ;) {
    const mark = after === undefined ? {} : { after }
    const { queues, next } = await bench.scheduler.listing.queues({ ...query, ...mark })
    found.push(queues.map(({ NextHopDomain }) => NextHopDomain))
    if (next === undefined) return found
    after = next
  }
}

test('queues come page by page, Submission first, each once', async () => {
  await using bench = await threeQueues()
  expect(await pages(bench, { limit: 2 })).toEqual([
    ['Submission', 'live.test'],
    ['first.test', 'second.test'],
    [],
  ])
  expect(await pages(bench, { limit: 1 })).toEqual([
    ['Submission'],
    ['live.test'],
    ['first.test'],
    ['second.test'],
    [],
  ])
  expect(await pages(bench, {})).toEqual([['Submission', 'live.test', 'first.test', 'second.test']])
})

test('every queue that is shown has a name, Submission too, though it never held a message', async () => {
  await using bench = await threeQueues()
  const names = await bench.scheduler.listing.names()
  expect(names.map(({ Identity }) => Identity.replace(/^.*\\/, ''))).toEqual([
    'Submission',
    '1',
    '2',
    '3',
  ])
})

test('only queues that fulfil the tests are given out', async () => {
  await using bench = await threeQueues()
  const domains = async (tests: NonNullable<QueueQuery['tests']>) =>
    (await pages(bench, { tests, limit: 10 })).flat()
  const like = (field: 'LastError' | 'NextHopDomain' | 'Status', pattern: string) =>
    domains([{ field, operator: 'fits', pattern }])
  expect(await like('Status', 'retry')).toEqual(['first.test', 'second.test'])
  expect(await like('NextHopDomain', '?I*.test')).toEqual(['live.test', 'first.test'])
  expect(await like('LastError', '441 4.4.1*')).toEqual(['first.test', 'second.test'])
  expect(await like('LastError', '441 4x4.1*')).toEqual([])
  const count = (operator: '>' | '<=') => domains([{ field: 'MessageCount', operator, value: 1 }])
  expect(await count('>')).toEqual(['first.test'])
  expect(await count('<=')).toEqual(['Submission', 'live.test', 'second.test'])
  const named = (value: string) => domains([{ field: 'name', operator: '=', value }])
  expect(await named('Second.TEST')).toEqual(['second.test'])
  expect(await named('2')).toEqual(['first.test'])
  expect(await named('submission')).toEqual(['Submission'])
})

test('the Unreachable queue is found by the error of its messages', async () => {
  await using bench = new SchedulerBench()
  const lastError = '451 4.4.0 No connector'
  bench.store.release(await bench.sendTo(unreachableQueue))
  const tests = [{ field: 'LastError', operator: 'fits', pattern: lastError } as const]
  expect(await pages(bench, { tests })).toEqual([[]])
  expect(await pages(bench, {})).toEqual([['Submission', 'Unreachable Domain']])
})
