import { describe, expect, test } from 'vitest'
import { day, hour, minute, second } from '../../../src/base/time-span.ts'
import { submissionQueue, unreachableQueue } from '../../../src/queue/queue-key.ts'
import { StoreError } from '../../../src/queue/queue-store.ts'
import type { Recategorizer } from '../../../src/queue/recategorized.ts'
import { type CopyPlace, placeOf } from '../../../src/queue/stored-message.ts'
import { type StoreOperation, failing } from '../../support/failing-store.ts'
import { commitTo, domainQueue } from '../../support/queue-samples.ts'
import {
  SchedulerBench,
  delivering,
  refusing,
  resultsFor,
  serving,
  standing,
} from '../../support/scheduler-bench.ts'

const key = domainQueue('first.test')
const other = domainQueue('second.test')
const broken = () => new StoreError('FAILED', 'the disk said no')
const dead = refusing('unreachable', '441 4.4.1 no')

const toOther: Recategorizer = ({ recipients }) =>
  Promise.resolve({ copies: [{ queue: other, recipients }], failed: [] })

/** A bench on a store whose operation fails, so many times from when that is asked for. */
function benchWith(operation: StoreOperation): {
  bench: SchedulerBench
  arm: (times?: number) => void
} {
  const faults: Error[] = []
  const bench = new SchedulerBench((store) => failing(store, operation, faults))
  return {
    bench,
    arm: (times = 1) => faults.push(...Array.from({ length: times }, broken)),
  }
}

/** Messages that waited in the store before the start. */
async function leave({ store }: SchedulerBench, queue = key): Promise<void> {
  for (let n = 0; n < 3; n++) store.release(await commitTo(store, [queue]))
}

interface Trouble {
  readonly name: string
  readonly operation: StoreOperation
  readonly told: string
  /** Brings the bench to where the next such operation fails, and lets it. */
  readonly act: (bench: SchedulerBench, arm: (times?: number) => void) => Promise<void>
}

/** What the scheduler does by itself. */
const troubles: readonly Trouble[] = [
  {
    name: 'copies cannot be leased',
    operation: 'lease',
    told: 'could not read the queue',
    act: async (bench, arm) => {
      await leave(bench)
      arm(2)
      await bench.start()
    },
  },
  {
    name: 'the next due time cannot be read',
    operation: 'nextDueAt',
    told: 'could not read the queue',
    act: async (bench, arm) => {
      bench.serve = serving((copy) => resultsFor(copy, 'retry', '451 4.3.0 later'))
      await leave(bench)
      // The first to ask looks after the Submission queue.
      arm(2)
      await bench.start()
      bench.serve = delivering
    },
  },
  {
    name: 'a due time that the clock put too far off cannot be set right',
    operation: 'hasten',
    told: 'could not read the queue',
    act: async (bench, arm) => {
      bench.serve = serving((copy) => resultsFor(copy, 'retry', '451 4.3.0 later'))
      await bench.start()
      await bench.send('first.test')
      bench.serve = delivering
      bench.clock.jump(-10 * day)
      arm(2)
      await bench.advance(minute, second)
    },
  },
  {
    name: 'due times cannot be set right at the start',
    operation: 'hasten',
    told: 'could not set due times right',
    act: async (bench, arm) => {
      await leave(bench)
      arm()
      await bench.start()
    },
  },
  {
    name: 'the result of a delivery cannot be written',
    operation: 'settle',
    told: 'could not write the result of a delivery; next try in 1000 ms',
    act: async (bench, arm) => {
      await bench.start()
      arm(2)
      await bench.send('first.test', 3)
    },
  },
  {
    name: 'the Submission queue cannot be leased',
    operation: 'lease',
    told: 'could not read the Submission queue',
    act: async (bench, arm) => {
      bench.recategorize = toOther
      await leave(bench, submissionQueue)
      arm()
      await bench.start()
    },
  },
  {
    name: 'it is not known when the Submission queue is due',
    operation: 'nextDueAt',
    told: 'could not read the Submission queue',
    act: async (bench, arm) => {
      await leave(bench, submissionQueue)
      arm()
      await bench.start()
      bench.recategorize = toOther
      await bench.advance(2 * hour, minute)
    },
  },
  {
    name: 'a queue whose next hop cannot exist cannot be read',
    operation: 'lease',
    told: 'could not read the queue',
    act: async (bench, arm) => {
      bench.serve = async (lane) => {
        arm()
        return await refusing('impossible', '550 5.4.4 no such domain')(lane, AbortSignal.any([]))
      }
      await bench.start()
      await bench.send('first.test', 3)
      bench.serve = delivering
    },
  },
  {
    name: 'overdue messages cannot be looked for',
    operation: 'leaseAged',
    told: 'could not look for overdue messages',
    act: async (bench, arm) => {
      bench.serve = dead
      await bench.start()
      await bench.send('first.test', 3)
      await bench.advance(2 * day - minute, hour)
      arm()
      await bench.advance(3 * minute, second)
      bench.serve = delivering
    },
  },
  {
    name: 'it cannot be seen whether a queue that waits for long has another way',
    operation: 'scan',
    told: 'could not categorize a queue anew',
    act: async (bench, arm) => {
      bench.serve = dead
      await bench.start()
      await bench.send('first.test', 3)
      await bench.advance(11 * hour, 10 * minute)
      arm()
      await bench.advance(2 * hour, 10 * minute)
      bench.serve = delivering
    },
  },
  {
    name: 'a queue that is to be categorized anew cannot be leased',
    operation: 'lease',
    told: 'could not categorize a queue anew',
    act: async (bench, arm) => {
      bench.recategorize = toOther
      await leave(bench, unreachableQueue)
      await bench.start()
      arm()
      await bench.scheduler.operations.resubmit(unreachableQueue)
      await bench.scheduler.operations.resubmit(unreachableQueue)
    },
  },
]

describe('when a store fails for a moment nothing escapes, it is told, and nothing stays behind', () => {
  test.each(troubles)('$name', async ({ operation, told, act }) => {
    const { bench, arm } = benchWith(operation)
    await using _ = bench
    await act(bench, arm)
    await bench.advance(hour, 10 * second)
    expect(bench.logged).toContain(told)
    expect(bench.details.map(({ error }) => error)).toContainEqual(broken())
    expect(await bench.waiting()).toHaveLength(0)
  })
})

interface Command {
  readonly name: string
  readonly operation: StoreOperation
  readonly run: (bench: SchedulerBench, places: readonly CopyPlace[]) => Promise<unknown>
}

const commands: readonly Command[] = [
  {
    name: 'Suspend-Message',
    operation: 'suspend',
    run: ({ scheduler }, places) => scheduler.messages.suspend(places),
  },
  {
    name: 'Remove-Message',
    operation: 'leaseThese',
    run: ({ scheduler }, places) => scheduler.messages.remove(places, 'remove'),
  },
  {
    name: 'Suspend-Queue',
    operation: 'suspendQueue',
    run: ({ scheduler }) => scheduler.operations.suspend(key),
  },
  {
    name: 'Resume-Queue',
    operation: 'suspendQueue',
    run: ({ scheduler }) => scheduler.operations.resume(key),
  },
  {
    name: 'Resume-Message',
    operation: 'resume',
    run: ({ scheduler }, places) => scheduler.messages.resume(places),
  },
  {
    name: 'Retry-Queue, figures',
    operation: 'queues',
    run: ({ scheduler }) => scheduler.operations.retry(key),
  },
  {
    name: 'Retry-Queue, due times',
    operation: 'hasten',
    run: ({ scheduler }) => scheduler.operations.retry(key),
  },
  {
    name: 'Retry-Queue -Resubmit',
    operation: 'queues',
    run: ({ scheduler }) => scheduler.operations.startResubmission(unreachableQueue),
  },
  {
    name: 'Redirect-Message',
    operation: 'queues',
    run: ({ scheduler }) => scheduler.operations.redirect(other),
  },
  {
    name: 'a change of routing, reading',
    operation: 'scan',
    run: ({ scheduler }) => scheduler.operations.reroute(() => true),
  },
  {
    name: 'a change of routing, moving',
    operation: 'leaseThese',
    run: async (bench) => {
      bench.recategorize = toOther
      await bench.scheduler.operations.reroute(() => true)
    },
  },
]

describe('a command whose store fails is refused, and leaves the mail to be delivered at once', () => {
  test.each(commands)('$name', async ({ operation, run }) => {
    const { bench, arm } = benchWith(operation)
    await using _ = bench
    bench.settings.set({ ...bench.settings.current, MaxPerDomainOutboundConnections: 1 })
    const hop = standing()
    bench.serve = hop.serve
    await bench.start()
    // One is in transmission, and two are held in memory behind it.
    const copies = await bench.send('first.test', 3)
    arm()
    await expect(run(bench, copies.map(placeOf))).rejects.toMatchObject({ code: 'FAILED' })
    const { messages } = await bench.scheduler.listing.messages({ limit: 10 })
    expect(new Set(messages.map(({ Status }) => Status))).toEqual(new Set(['Active', 'Ready']))
    bench.serve = delivering
    hop.release()
    await bench.advance(2 * second, second)
    expect(await bench.waiting()).toHaveLength(0)
    expect(bench.kinds().filter((kind) => kind === 'delivered')).toHaveLength(3)
  })
})
