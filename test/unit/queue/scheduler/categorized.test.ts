import { describe, expect, test } from 'vitest'
import { minute, second } from '../../../../src/base/time-span.ts'
import { directoryAway, putOffByAgent } from '../../../../src/queue/defer-reason.ts'
import { submissionQueue } from '../../../../src/queue/queue-key.ts'
import {
  type PendingMessage,
  type QueueStore,
  StoreError,
} from '../../../../src/queue/queue-store.ts'
import type { Recategorized, Recategorizer } from '../../../../src/queue/recategorized.ts'
import { type Copy, placeOf } from '../../../../src/queue/stored-message.ts'
import { contentOf, domainQueue, sampleMessage } from '../../../support/queue-samples.ts'
import { SchedulerBench, resultsFor, serving } from '../../../support/scheduler-bench.ts'

const toFirst = ({ recipients }: Copy): Recategorized => ({
  copies: [{ queue: domainQueue('first.test'), recipients }],
  failed: [],
})
const reason = `${directoryAway}; connection refused`
const putOff = ({ recipients }: Copy): Recategorized => ({
  copies: [],
  failed: [],
  deferred: { recipients: recipients.map((one) => ({ ...one, lastError: reason })) },
})
const delivered = (bench: SchedulerBench) =>
  bench.kinds().filter((kind) => kind === 'delivered').length

describe('what cannot be resolved for now', () => {
  test('waits in Submission with its reason, for ResolverRetryInterval', async () => {
    await using bench = new SchedulerBench()
    bench.recategorize = putOff
    await bench.start()
    await bench.sendTo(submissionQueue)
    const { messages } = await bench.scheduler.listing.messages({ limit: 10 })
    expect(messages).toMatchObject([
      {
        Identity: expect.stringContaining('\\Submission\\') as string,
        DeferReason: 'AD Transient Failure During Resolve',
        LastError: reason,
        RetryCount: 1,
      },
    ])
    expect(bench.events.find(({ kind }) => kind === 'deferred')).toMatchObject({
      results: [{ reply: reason }],
    })
    bench.recategorize = toFirst
    await bench.advance(29 * minute, minute)
    expect(delivered(bench)).toBe(0)
    await bench.advance(2 * minute, second)
    expect(delivered(bench)).toBe(1)
  })

  test('keeps no other recipient of the message waiting', async () => {
    await using bench = new SchedulerBench()
    bench.recategorize = (copy) => ({
      ...putOff(copy),
      copies: [{ queue: domainQueue('first.test'), recipients: [{ address: 'x@first.test' }] }],
      failed: [],
    })
    await bench.start()
    await bench.sendTo(submissionQueue)
    expect(delivered(bench)).toBe(1)
    expect((await bench.waiting()).map(({ queue }) => queue)).toEqual([submissionQueue])
  })

  test('stays where it is when only the routing changed', async () => {
    await using bench = new SchedulerBench()
    bench.serve = serving((copy) => resultsFor(copy, 'retry', '451 4.3.0 later'))
    bench.recategorize = putOff
    await bench.start()
    await bench.send('first.test')
    await bench.scheduler.operations.reroute(() => true)
    expect(await bench.waiting()).toMatchObject([{ queue: domainQueue('first.test') }])
  })

  test('goes to Submission from a queue whose connector is gone', async () => {
    await using bench = new SchedulerBench()
    bench.serve = serving((copy) => resultsFor(copy, 'retry', '451 4.3.0 later'))
    bench.recategorize = putOff
    await bench.start()
    await bench.send('first.test')
    const rerouted = bench.scheduler.operations.reroute(() => false)
    await bench.advance(second, 10)
    await rerouted
    expect(await bench.waiting()).toMatchObject([
      { queue: submissionQueue, recipients: [{ lastError: reason }] },
    ])
  })

  test('is looked at anew as soon as the directory answers again', async () => {
    await using bench = new SchedulerBench()
    bench.recategorize = putOff
    await bench.start()
    await bench.sendTo(submissionQueue)
    bench.recategorize = toFirst
    const looked = bench.scheduler.operations.resubmit(submissionQueue)
    await bench.advance(second, 10)
    await looked
    expect(delivered(bench)).toBe(1)
  })

  test('comes along at once with a change of the directory', async () => {
    await using bench = new SchedulerBench()
    bench.recategorize = putOff
    await bench.start()
    await bench.sendTo(submissionQueue)
    bench.recategorize = toFirst
    const rerouted = bench.scheduler.operations.reroute(() => true)
    await bench.advance(second, 10)
    await rerouted
    expect(delivered(bench)).toBe(1)
  })
})

test.each([
  [`${putOffByAgent}; the scanner is busy`, 'Agent'],
  ['451 4.3.0 no room', 'Transient Failure'],
])('what is put off with %j waits in Submission for %j', async (lastError, expected) => {
  await using bench = new SchedulerBench()
  bench.recategorize = ({ recipients }) => ({
    copies: [],
    failed: [],
    deferred: { recipients: recipients.map((one) => ({ ...one, lastError })) },
  })
  await bench.start()
  await bench.sendTo(submissionQueue)
  const reasons = async () => {
    const { messages } = await bench.scheduler.listing.messages({ limit: 10 })
    return messages.map(({ DeferReason }) => DeferReason)
  }
  expect(await reasons()).toEqual([expected])
  // An administrator's will is no reason of the server's.
  await bench.scheduler.messages.suspend((await bench.waiting()).map(placeOf))
  expect(await reasons()).toEqual(['None'])
})

test('what is deleted on the way is told to nobody', async () => {
  await using bench = new SchedulerBench()
  bench.recategorize = ({ recipients }) => ({
    copies: [],
    failed: [],
    dropped: recipients.map((recipient) => ({ recipient, outcome: 'failed', reply: '250 gone' })),
  })
  await bench.start()
  await bench.sendTo(submissionQueue)
  expect(await bench.waiting()).toEqual([])
  expect(bench.notices).toEqual([])
  expect(bench.kinds()).toContain('failed')
})

test('a message that takes long keeps none of the others in Submission waiting', async () => {
  await using bench = new SchedulerBench()
  const gate = Promise.withResolvers<undefined>()
  let first = true
  bench.recategorize = async (copy) => {
    const isFirst = first
    first = false
    if (isFirst) await gate.promise
    return toFirst(copy)
  }
  await bench.start()
  await bench.sendTo(submissionQueue)
  await bench.sendTo(submissionQueue, 3)
  await bench.advance(second, 20)
  expect(delivered(bench)).toBe(3)
  gate.resolve(undefined)
  await bench.advance(second, 20)
  expect(delivered(bench)).toBe(4)
})

describe('a message that was changed on the way', () => {
  /** Gives the message another body. */
  const changing =
    ({ store }: SchedulerBench): Recategorizer =>
    async (copy) => {
      const pending = store.begin()
      await pending.write(Buffer.from('\r\nother'))
      const { id: _, ...message } = copy.message
      return {
        ...toFirst(copy),
        changed: { pending, message, header: Buffer.from('Subject: new\r\n') },
      }
    }

  test('takes the place of the stored one', async () => {
    await using bench = new SchedulerBench()
    const sent: [Copy, string][] = []
    bench.serve = async (lane) => {
      lane.reached()
      for (let copy = await lane.next(); copy !== undefined; copy = await lane.next()) {
        sent.push([copy, (await contentOf(bench.store, copy.message.id)).toString()])
        await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
      }
      return { kind: 'served' }
    }
    bench.recategorize = changing(bench)
    await bench.start()
    const [stored] = await bench.sendTo(submissionQueue)
    await bench.advance(second, 20)
    expect(sent.map(([, content]) => content)).toEqual(['Subject: new\r\n\r\nother'])
    expect(sent[0]?.[0].message.id).not.toBe(stored?.message.id)
    expect(sent[0]?.[0].message).toMatchObject({ messageId: sampleMessage().messageId })
    expect(await bench.waiting()).toEqual([])
    expect(bench.events.find(({ kind }) => kind === 'moved')).toMatchObject({
      copy: { message: { id: stored?.message.id } },
      to: [{ message: { id: sent[0]?.[0].message.id } }],
    })
  })

  test('is forgotten when an administrator removes the stored one meanwhile', async () => {
    await using bench = new SchedulerBench()
    const gate = Promise.withResolvers<undefined>()
    const change = changing(bench)
    const written: PendingMessage[] = []
    bench.recategorize = async (copy) => {
      const result = await change(copy)
      if (result?.changed !== undefined) written.push(result.changed.pending)
      await gate.promise
      return result
    }
    await bench.start()
    const copies = await bench.sendTo(submissionQueue)
    await bench.scheduler.messages.remove(copies.map(placeOf), 'remove')
    gate.resolve(undefined)
    await bench.advance(second, 20)
    expect([delivered(bench), await bench.waiting()]).toEqual([0, []])
    const [pending] = written
    if (pending === undefined) return expect.unreachable()
    await expect(pending.readPiece(0)).rejects.toThrow('the message has ended')
    await expect(contentOf(bench.store, pending.id)).rejects.toMatchObject({ code: 'GONE' })
  })

  test('stays as it was when that cannot be written, and is changed again later', async () => {
    let faults = 1
    const wrap = (store: QueueStore): QueueStore => {
      const settle = store.settle.bind(store)
      store.settle = (settlement) =>
        (settlement.notifications?.length ?? 0) > 0 && faults-- > 0
          ? Promise.reject(new StoreError('DISK_FULL', 'no room'))
          : settle(settlement)
      return store
    }
    await using bench = new SchedulerBench(wrap)
    bench.recategorize = changing(bench)
    await bench.start()
    await bench.sendTo(submissionQueue)
    await bench.advance(second, 20)
    expect(await bench.waiting()).toMatchObject([{ queue: submissionQueue }])
    expect(bench.logged).toContain('could not write a changed message')
    await bench.advance(3 * minute, second)
    expect(delivered(bench)).toBe(1)
    expect(await bench.waiting()).toEqual([])
  })
})
