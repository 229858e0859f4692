import { describe, expect, test } from 'vitest'
import type { QueueKey } from '../../../src/queue/queue-key.ts'
import type { QueueStore } from '../../../src/queue/queue-store.ts'
import type { Copy } from '../../../src/queue/stored-message.ts'
import {
  asStored,
  commitTo,
  domainQueue,
  noHeader,
  sampleMessage,
} from '../../support/queue-samples.ts'

const first = domainQueue('first.test')
const second = domainQueue('second.test')
const far = Number.MAX_SAFE_INTEGER

/** A store whose leases last that long, and how time passes there. */
export interface TimedStore {
  readonly store: QueueStore
  readonly pass: (milliseconds: number) => Promise<void>
}

function gone(copy: Copy) {
  return { copy, remaining: [], dueAt: 0, attempts: 1, lastError: '', delayNotified: false }
}

const settled = (store: QueueStore, copy: Copy) =>
  store.settle(gone(copy)).then(
    () => 'written',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  )

/** What every queue store promises of leases. */
export function queueLeaseContract(
  name: string,
  open: (leaseTime: number) => Promise<TimedStore>,
): void {
  const scenario = (title: string, run: (timed: TimedStore) => Promise<void>, leaseTime = 60_000) =>
    test(title, async () => {
      const timed = await open(leaseTime)
      await using _store = timed.store
      await run(timed)
    })

  describe(`${name}: leases`, () => {
    scenario('a copy comes with its lease, and only looked at without', async ({ store }) => {
      const copies = await commitTo(store, [first, second])
      expect(copies.every(({ lease }) => lease !== undefined)).toBe(true)
      expect((await store.scan({ limit: 10 })).copies).toEqual(copies.map(asStored))
      store.release(copies)
      const [again] = await store.lease(first, far, 10)
      expect(again?.lease?.token).not.toBe(copies[0]?.lease?.token)
    })
    scenario('of a copy that was never leased nothing is written', async ({ store }) => {
      await commitTo(store, [first])
      const [seen] = (await store.scan({ limit: 1 })).copies
      expect(seen && (await settled(store, seen))).toBe('STALE')
      expect((await store.scan({ limit: 10 })).copies).toHaveLength(1)
    })
    scenario('a settlement by an older lease is refused and changes nothing', async ({ store }) => {
      const [old] = await commitTo(store, [first])
      if (old === undefined) return expect.unreachable()
      store.release([old])
      const [held] = await store.lease(first, far, 10)
      const pending = store.begin()
      await pending.write(Buffer.from('notification'))
      const copies = [{ queue: second, recipients: [{ address: 'alice@example.com' }] }]
      const stale = {
        ...gone(old),
        ...{ remaining: [{ address: 'x@first.test' }], dueAt: 5, attempts: 9, lastError: 'stale' },
        moved: [{ queue: second, recipients: old.recipients }],
        notifications: [{ pending, message: sampleMessage(), header: noHeader, copies }],
      }
      await expect(store.settle(stale)).rejects.toMatchObject({ code: 'STALE' })
      pending.abort()
      expect((await store.scan({ limit: 10 })).copies).toEqual([asStored(old)])
      expect(await store.queues()).toMatchObject([{ key: first, copies: 1, deferred: 0 }])
      expect(await store.lease(first, far, 10)).toEqual([])
      expect(held && (await settled(store, held))).toBe('written')
    })
    scenario('what others hold is not given back by an older lease', async ({ store }) => {
      const copies = await commitTo(store, [first])
      store.release(copies)
      const held = await store.lease(first, far, 10)
      store.release(copies)
      expect(await store.lease(first, far, 10)).toEqual([])
      expect(held).toHaveLength(1)
    })
    scenario('a settled copy is not settled again by the same lease', async ({ store }) => {
      const [copy] = await commitTo(store, [first])
      if (copy === undefined) return expect.unreachable()
      await store.settle({ ...gone(copy), remaining: copy.recipients })
      expect(await settled(store, copy)).toBe('STALE')
    })
    scenario(
      'others may take a copy whose time is over, and then it is theirs alone',
      async ({ store, pass }) => {
        const [slow] = await commitTo(store, [first], { dueAt: 7 })
        await pass(200)
        expect(await store.nextDueAt(first)).toBe(7)
        const [taken] = await store.lease(first, far, 10)
        expect(taken?.id).toBe(slow?.id)
        expect(slow && (await settled(store, slow))).toBe('STALE')
        expect(taken && (await settled(store, taken))).toBe('written')
      },
      100,
    )
    scenario(
      'a copy whose time is over may be settled as long as nobody took it',
      async ({ store, pass }) => {
        const [slow] = await commitTo(store, [first])
        await pass(200)
        expect(slow && (await settled(store, slow))).toBe('written')
      },
      100,
    )
    scenario(
      'it is told where copies are whose time is over',
      async ({ store, pass }) => {
        const told: QueueKey[] = []
        const end = store.news.subscribe((queues) => void told.push(...queues))
        await commitTo(store, [first])
        store.release(await commitTo(store, [second]))
        await pass(300)
        expect(told).toContainEqual(first)
        expect(told).not.toContainEqual(second)
        end()
        await store.lease(first, far, 10)
        told.length = 0
        await pass(300)
        expect(told).toEqual([])
      },
      100,
    )
    scenario(
      'a renewed lease lasts on',
      async ({ store, pass }) => {
        let held = await commitTo(store, [first])
        const begun = held[0]?.lease
        for (let round = 0; round < 4; round++) {
          await pass(800)
          held = await store.renew(held)
          expect(await store.lease(first, far, 10)).toEqual([])
        }
        expect(held).toHaveLength(1)
        expect(held[0]?.lease?.token).toBe(begun?.token)
        expect(held[0]?.lease?.until).toBeGreaterThan(begun?.until ?? Infinity)
        expect(held[0] && (await settled(store, held[0]))).toBe('written')
      },
      2000,
    )
    scenario('of many copies those that are still held are renewed', async ({ store }) => {
      const copies: Copy[] = []
      for (let n = 0; n < 5; n++) {
        const queues = Array.from({ length: 300 }, (_, at) => domainQueue(`d${at}.test`))
        copies.push(...(await commitTo(store, queues)))
      }
      const [settledOne, ...others] = copies
      if (settledOne === undefined) return expect.unreachable()
      await store.settle(gone(settledOne))
      store.release(others.slice(0, 10))
      const taken = await store.leaseThese(
        others.slice(0, 5).map(({ id, message }) => ({ id, message: message.id })),
      )
      const looked = (await store.scan({ limit: 3 })).copies
      const renewed = await store.renew([...copies, ...looked])
      expect(renewed.map(({ id }) => id)).toEqual(others.slice(10).map(({ id }) => id))
      expect(await store.renew(taken.copies)).toHaveLength(5)
    })
  })
}
