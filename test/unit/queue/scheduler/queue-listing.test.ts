import { expect, test } from 'vitest'
import { minute } from '../../../../src/base/time-span.ts'
import type { QueueQuery } from '../../../../src/queue/scheduler/queue-listing.ts'
import { unreachableQueue } from '../../../../src/queue/queue-key.ts'
import type { FiguresQuery } from '../../../../src/queue/queue-store.ts'
import { queuesPerPage } from '../../../../src/queue/queue-pages.ts'
import { domainQueue } from '../../../support/queue-samples.ts'
import { SchedulerBench, refusing, standing } from '../../../support/scheduler-bench.ts'

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

test('more queues than one answer of the store holds are all found, and all taken up at a start', async () => {
  const figures = Array.from({ length: queuesPerPage + 1 }, (_, n) => ({
    ...{ key: domainQueue(`d${n}.test`), number: n + 1 },
    ...{ copies: 1, deferred: 0, suspended: false },
  }))
  await using bench = new SchedulerBench((store) =>
    Object.assign(store, {
      queues: ({ keys, after = 0, limit }: FiguresQuery) =>
        Promise.resolve(keys === undefined ? figures.slice(after, after + (limit ?? 0)) : []),
    }),
  )
  const { listing } = bench.scheduler
  expect((await listing.queues()).queues).toHaveLength(figures.length + 1)
  const tests = [{ field: 'Status', operator: 'fits', pattern: 'none' } as const]
  expect(await listing.queues({ tests, time: 0 })).toEqual({ queues: [], next: queuesPerPage })
  const names = (await listing.names()).map(({ Identity }) => Identity)
  expect(new Set(names).size).toBe(figures.length + 1)
  await bench.start()
  expect(bench.scheduler.queueCount).toBe(figures.length)
})

test('what a queue waits for is told before what went wrong last', async () => {
  await using bench = await threeQueues()
  bench.settings.set({ ...bench.settings.current, MaxPerDomainOutboundConnections: 1 })
  const hop = standing()
  bench.serve = (lane, signal) => {
    lane.watch({
      ...{ waitingSince: () => 0, waitsFor: () => 'the greeting' },
      ...{ wait: () => undefined, giveUp: () => undefined, tryNext: () => undefined },
    })
    return hop.serve(lane, signal)
  }
  await bench.advance(2 * minute, minute)
  const { queues } = await bench.scheduler.listing.queues()
  const first = queues.find(({ NextHopDomain }) => NextHopDomain === 'first.test')
  expect(first?.LastError).toBe(
    'Waiting for the greeting since 2026-01-02T03:04:05Z (last error: 441 4.4.1 Connection refused)',
  )
  hop.release()
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
  const count = (operator: '=' | '<' | '<=' | '>' | '>=') =>
    domains([{ field: 'MessageCount', operator, value: 1 }])
  expect(await count('>')).toEqual(['first.test'])
  expect(await count('<=')).toEqual(['Submission', 'live.test', 'second.test'])
  expect(await count('=')).toEqual(['second.test'])
  expect(await count('<')).toEqual(['Submission', 'live.test'])
  expect(await count('>=')).toEqual(['first.test', 'second.test'])
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
