import { describe, expect, test } from 'vitest'
import type {
  CopyQuery,
  PendingMessage,
  QueueFigures,
  QueueStore,
  RetryState,
  Settlement,
} from '../../../src/queue/queue-store.ts'
import type { Copy } from '../../../src/queue/stored-message.ts'
import {
  asStored,
  commitTo,
  contentOf,
  domainQueue,
  noHeader,
  sampleMessage,
  sampleTime,
  writeAll,
} from '../../support/queue-samples.ts'

const first = domainQueue('first.test')
const second = domainQueue('second.test')
const far = Number.MAX_SAFE_INTEGER

function gone(copy: Copy, changes: Partial<Settlement> = {}): Settlement {
  return {
    copy,
    remaining: [],
    dueAt: 0,
    attempts: 1,
    lastError: '',
    delayNotified: false,
    ...changes,
  }
}

function only<T>(values: readonly T[]): T {
  const [value] = values
  if (value === undefined || values.length !== 1)
    throw new Error(`expected one, got ${values.length}`)
  return value
}

const retry: RetryState = {
  retryCount: 4,
  lastError: '421 4.3.2 not now',
  remoteHost: 'mx.first.test (192.0.2.7)',
  firstRetryAt: sampleTime,
  lastRetryAt: sampleTime + 1,
  nextRetryAt: sampleTime + 60_000,
}

async function writtenTo(pending: PendingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (;;) {
    const piece = await pending.readPiece(pieces.length)
    if (piece === undefined) return Buffer.concat(pieces)
    pieces.push(piece)
  }
}

/** What every queue store promises; `open` makes an empty one. */
export function queueStoreContract(name: string, open: () => Promise<QueueStore>): void {
  const scenario = (title: string, run: (store: QueueStore) => Promise<void>) =>
    test(title, async () => {
      await using store = await open()
      await run(store)
    })

  describe(`${name}: taking in`, () => {
    scenario('a committed message has its copies, leased to whom committed it', async (store) => {
      const copies = await commitTo(store, [first, second])
      expect(copies.map(({ queue }) => queue)).toEqual([first, second])
      expect(copies[0]?.message).toMatchObject({ ...sampleMessage(), id: copies[1]?.message.id })
      expect(await store.lease(first, far, 10)).toEqual([])
      store.release(copies)
      const again = await store.lease(first, far, 10)
      expect(again.map(asStored)).toEqual(copies.slice(0, 1).map(asStored))
    })
    scenario('what is known of a message is kept with it', async (store) => {
      const properties = {
        scl: -1,
        priority: 'High' as const,
        directionality: 'Incoming' as const,
        authenticationResults: 'edge01.corp.example; spf=pass',
        tags: { 'Tagger.Word': 'ü' },
      }
      store.release(await commitTo(store, [first], { message: { properties } }))
      const [copy] = await store.lease(first, far, 10)
      expect(copy?.message.properties).toEqual(properties)
      store.release(await commitTo(store, [second]))
      expect((await store.lease(second, far, 10))[0]?.message).not.toHaveProperty('properties')
    })
    scenario('ids grow strictly', async (store) => {
      const ids: number[] = []
      for (let n = 0; n < 5; n++) ids.push(only(await commitTo(store, [first])).message.id)
      expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
    })
    scenario('content of many pieces comes back octet for octet', async (store) => {
      const content = Buffer.from(Array.from({ length: 700_001 }, (_, at) => (at * 7919) % 251))
      const pending = store.begin()
      await writeAll(pending, content, 10_007)
      await pending.commit(sampleMessage(), noHeader, [
        { queue: first, recipients: [{ address: 'b@first.test' }] },
      ])
      expect((await contentOf(store, pending.id)).equals(content)).toBe(true)
    })
    scenario('the header comes back apart from the body', async (store) => {
      for (const size of [0, 20, 700_001]) {
        const pending = store.begin()
        const body = Buffer.alloc(size, '\r\nbody')
        await writeAll(pending, body, 100_003)
        const header = Buffer.from('Subject: a\r\nX-Empty:\r\n')
        const copies = [{ queue: first, recipients: [{ address: 'b@first.test' }] }]
        await pending.commit(sampleMessage(), header, copies)
        expect(String(await store.readHeader(pending.id))).toBe('Subject: a\r\nX-Empty:\r\n')
        const whole = await contentOf(store, pending.id)
        expect(whole.equals(Buffer.concat([header, body]))).toBe(true)
      }
    })
    scenario('of a message that never was neither part can be read', async (store) => {
      await expect(contentOf(store, 17)).rejects.toMatchObject({ code: 'GONE' })
      const body = Promise.resolve(store.readBody(17, 0))
      await expect(body).rejects.toMatchObject({ code: 'GONE' })
    })
    scenario('what was written can be read before the commit, and added to', async (store) => {
      for (const size of [10, 600_000]) {
        const pending = store.begin()
        expect(await pending.readPiece(0)).toBeUndefined()
        const body = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7919) % 251))
        await writeAll(pending, body, 90_001)
        expect((await writtenTo(pending)).equals(body)).toBe(true)
        await pending.write(Buffer.from('more'))
        const whole = Buffer.concat([body, Buffer.from('more')])
        expect((await writtenTo(pending)).equals(whole)).toBe(true)
        const copies = [{ queue: first, recipients: [{ address: 'b@first.test' }] }]
        await pending.commit(sampleMessage(), noHeader, copies)
        expect((await contentOf(store, pending.id)).equals(whole)).toBe(true)
      }
    })
    scenario('a message without content has no pieces', async (store) => {
      const pending = store.begin()
      await pending.commit(sampleMessage(), noHeader, [
        { queue: first, recipients: [{ address: 'b@first.test' }] },
      ])
      expect(await store.readHeader(pending.id)).toHaveLength(0)
      expect(await store.readBody(pending.id, 0)).toBeUndefined()
    })
    scenario('nothing remains of an aborted message', async (store) => {
      const pending = store.begin()
      await writeAll(pending, Buffer.alloc(500_000, 1), 60_000)
      pending.abort()
      await expect(contentOf(store, pending.id)).rejects.toMatchObject({ code: 'GONE' })
      expect((await store.scan({ limit: 10 })).copies).toEqual([])
    })
    scenario('an aborted message takes neither content nor a commit', async (store) => {
      const pending = store.begin()
      pending.abort()
      await expect(Promise.resolve(pending.write(Buffer.from('x')))).rejects.toMatchObject({
        code: 'FAILED',
      })
      await expect(pending.commit(sampleMessage(), noHeader, [])).rejects.toMatchObject({
        code: 'FAILED',
      })
    })
    scenario('a notification of another store is refused, and the copy stays', async (store) => {
      const [copy] = await commitTo(store, [first])
      if (copy === undefined) return expect.unreachable()
      const pending = {
        ...{ id: 1, write: () => undefined, readPiece: () => undefined, abort: () => undefined },
        commit: () => Promise.resolve([]),
      }
      const copies = [{ queue: first, recipients: [{ address: 'b@first.test' }] }]
      const notifications = [{ pending, message: sampleMessage(), header: noHeader, copies }]
      const settlement = {
        remaining: [],
        dueAt: 0,
        attempts: 1,
        lastError: '',
        delayNotified: false,
      }
      await expect(store.settle({ copy, ...settlement, notifications })).rejects.toMatchObject({
        code: 'FAILED',
      })
      expect((await store.scan({ limit: 10 })).copies).toHaveLength(1)
      expect(await store.settle({ copy, ...settlement })).toEqual([])
    })
    scenario('an abort after the commit changes nothing', async (store) => {
      const pending = store.begin()
      await pending.write(Buffer.from('kept'))
      await pending.commit(sampleMessage(), noHeader, [
        { queue: first, recipients: [{ address: 'b@first.test' }] },
      ])
      pending.abort()
      expect(String(await contentOf(store, pending.id))).toBe('kept')
    })
  })

  describe(`${name}: leasing`, () => {
    scenario('gives what is due, earliest first, up to the limit, once', async (store) => {
      for (const dueAt of [300, 100, 200, 400]) {
        store.release(await commitTo(store, [first], { dueAt }))
      }
      const dues = (copies: readonly Copy[]) => copies.map(({ dueAt }) => dueAt)
      expect(dues(await store.lease(first, 300, 2))).toEqual([100, 200])
      expect(dues(await store.lease(first, 300, 2))).toEqual([300])
      expect(dues(await store.lease(second, 300, 2))).toEqual([])
    })
    scenario('by age ignores queue and due time, and takes the oldest first', async (store) => {
      for (const age of [3, 2, 1]) {
        const message = { receivedAt: sampleTime - age * 1000 }
        store.release(await commitTo(store, [first, second], { message, dueAt: far }))
      }
      const receivedBefore = sampleTime - 1000
      const part = await store.leaseAged({ receivedBefore, withoutDelayNotice: false, limit: 2 })
      expect(part.copies.map(({ message }) => message.receivedAt)).toEqual([
        sampleTime - 3000,
        sampleTime - 3000,
      ])
      const rest = await store.leaseAged({
        receivedBefore,
        withoutDelayNotice: false,
        limit: 10,
        ...(part.next !== undefined && { after: part.next }),
      })
      expect(rest.copies.map(({ message }) => message.receivedAt)).toEqual([
        sampleTime - 2000,
        sampleTime - 2000,
      ])
      expect(rest.next).toBeUndefined()
    })
    scenario('by age can leave out what had its delay notice', async (store) => {
      const copy = only(await commitTo(store, [first]))
      const changes = { remaining: copy.recipients, delayNotified: true }
      await store.settle(gone(copy, changes))
      const query = { receivedBefore: far, limit: 10 }
      expect((await store.leaseAged({ ...query, withoutDelayNotice: true })).copies).toEqual([])
      expect((await store.leaseAged({ ...query, withoutDelayNotice: false })).copies).toHaveLength(
        1,
      )
    })
    scenario(
      'a queue can be made due at an earlier time, leased copies excepted',
      async (store) => {
        const [held] = await commitTo(store, [first], { dueAt: 50 })
        store.release(await commitTo(store, [first], { dueAt: 900 }))
        store.release(await commitTo(store, [first], { dueAt: 10 }))
        await store.hasten(first, 100)
        const leased = await store.lease(first, 100, 10)
        expect(leased.map(({ dueAt }) => dueAt)).toEqual([10, 100])
        expect(held?.dueAt).toBe(50)
      },
    )
  })

  describe(`${name}: settling`, () => {
    scenario(
      'a copy without remaining recipients leaves, and the last takes the content along',
      async (store) => {
        const [a, b] = await commitTo(store, [first, second])
        if (a === undefined || b === undefined) throw new Error('two copies expected')
        await store.settle(gone(a))
        expect(String(await contentOf(store, a.message.id))).toBe('Hello world.')
        await store.settle(gone(b))
        await expect(contentOf(store, a.message.id)).rejects.toMatchObject({ code: 'GONE' })
        expect((await store.scan({ limit: 10 })).copies).toEqual([])
      },
    )
    scenario('remaining recipients wait with what the attempt left', async (store) => {
      const copy = only(await commitTo(store, [first]))
      const remaining = [{ address: 'b@first.test', lastError: '451 4.3.2 later' }]
      await store.settle(
        gone(copy, { remaining, dueAt: 777, attempts: 3, lastError: 'later', delayNotified: true }),
      )
      expect(await store.lease(first, 776, 10)).toEqual([])
      expect(asStored(only(await store.lease(first, 777, 10)))).toEqual({
        ...asStored(copy),
        recipients: remaining,
        dueAt: 777,
        attempts: 3,
        lastError: 'later',
        delayNotified: true,
      })
    })
    scenario(
      'moved recipients and notifications begin with the settlement, leased',
      async (store) => {
        const copy = only(await commitTo(store, [first]))
        const pending = store.begin()
        await writeAll(pending, Buffer.alloc(300_000, 7), 50_000)
        const notification = { queue: first, recipients: [{ address: 'alice@example.com' }] }
        const added = await store.settle(
          gone(copy, {
            moved: [{ queue: second, recipients: copy.recipients, dueAt: 5 }],
            notifications: [
              {
                pending,
                message: sampleMessage({ source: 'DSN' }),
                header: noHeader,
                copies: [notification],
              },
            ],
          }),
        )
        expect(added.map(({ queue }) => queue)).toEqual([second, first])
        expect(added[0]).toMatchObject({ message: { id: copy.message.id }, attempts: 0, dueAt: 5 })
        expect(added[1]?.message).toMatchObject({ id: pending.id, source: 'DSN' })
        expect((await contentOf(store, pending.id)).equals(Buffer.alloc(300_000, 7))).toBe(true)
        expect(String(await contentOf(store, copy.message.id))).toBe('Hello world.')
        expect(await store.lease(second, far, 10)).toEqual([])
      },
    )
    scenario('moved recipients keep that their sender heard of the delay', async (store) => {
      const copy = only(await commitTo(store, [first]))
      const moved = [{ queue: second, recipients: copy.recipients }]
      const added = await store.settle(gone(copy, { moved, delayNotified: true }))
      expect(added.map(({ delayNotified }) => delayNotified)).toEqual([true])
      store.release(added)
      const again = await store.lease(second, far, 10)
      expect(again.map(asStored)).toEqual(added.map(asStored))
    })
    scenario('needs the lease, and without it nothing of the settlement lasts', async (store) => {
      const copies = await commitTo(store, [first])
      const copy = only(copies)
      store.release(copies)
      const moved = [{ queue: second, recipients: copy.recipients }]
      await expect(store.settle(gone(copy, { moved }))).rejects.toMatchObject({ code: 'STALE' })
      expect((await store.scan({ limit: 10 })).copies).toEqual([asStored(copy)])
    })
    scenario('one that cannot be done takes no other along', async (store) => {
      const unleased = await commitTo(store, [first])
      store.release(unleased)
      const results = await Promise.allSettled([
        commitTo(store, [first]),
        store.settle(gone(only(unleased))),
        commitTo(store, [second]),
      ])
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect((await store.scan({ limit: 10 })).copies).toHaveLength(3)
    })
  })

  describe(`${name}: looking`, () => {
    scenario(
      'queues are told with number and size, and each its earliest due time',
      async (store) => {
        const kept = await commitTo(store, [first, second], { dueAt: 70 })
        store.release(await commitTo(store, [first], { dueAt: 90 }))
        const [one, two] = await store.queues()
        expect(one).toMatchObject({ key: first, copies: 2 })
        expect(two).toMatchObject({ key: second, copies: 1 })
        expect(await store.nextDueAt(first)).toBe(90)
        expect(await store.nextDueAt(second)).toBeUndefined()
        expect(one?.number).not.toBe(two?.number)
        store.release(kept)
        expect(await store.nextDueAt(first)).toBe(70)
      },
    )
    scenario('queues are told page by page, or by their keys', async (store) => {
      const keys = ['a.test', 'b.test', 'c.test'].map((domain) => domainQueue(domain))
      store.release(await commitTo(store, keys))
      const domains = (figures: readonly QueueFigures[]) =>
        figures.map(({ key }) => key.nextHopDomain)
      const page = await store.queues({ limit: 2 })
      expect(domains(page)).toEqual(['a.test', 'b.test'])
      const after = page.at(-1)?.number ?? 0
      expect(domains(await store.queues({ after, limit: 2 }))).toEqual(['c.test'])
      expect(domains(await store.queues({ keys: [first, ...keys.slice(2)] }))).toEqual(['c.test'])
    })
    scenario('what is known of a next hop is kept with its queue', async (store) => {
      store.release(await commitTo(store, [first, second]))
      store.keepRetry(first, retry)
      store.keepRetry(second, retry)
      store.keepRetry(domainQueue('unknown.test'), retry)
      store.keepRetry(second, undefined)
      const kept = await store.queues({ withRetry: true })
      expect(kept.map((figures) => figures.retry)).toEqual([retry, undefined])
      expect(await store.queues({ keys: [first], withRetry: true })).toMatchObject([{ retry }])
      expect(await store.queues({ keys: [first] })).not.toMatchObject([{ retry }])
      store.keepRetry(first, { ...retry, retryCount: 5 })
      const [changed] = await store.queues({ keys: [first], withRetry: true })
      expect(changed?.retry?.retryCount).toBe(5)
    })
    scenario('an emptied queue keeps its number', async (store) => {
      const before = only(await commitTo(store, [first]))
      const number = only(await store.queues()).number
      await store.settle(gone(before))
      await commitTo(store, [first])
      expect(only(await store.queues())).toMatchObject({ number, copies: 1 })
    })
    scenario('queues compare their domain without case', async (store) => {
      store.release(await commitTo(store, [domainQueue('FIRST.test')]))
      expect(await store.lease(first, far, 10)).toHaveLength(1)
    })
    for (const queue of [undefined, first]) {
      scenario(`pages hold each copy once (${queue ? 'one queue' : 'all'})`, async (store) => {
        for (let n = 0; n < 7; n++) await commitTo(store, [first], { dueAt: n % 3 })
        const seen: number[] = []
        let after: string | undefined
        do {
          const page = await store.scan({
            limit: 3,
            ...(queue && { queue }),
            ...(after && { after }),
          })
          seen.push(...page.copies.map(({ id }) => id))
          after = page.next
        } while (after !== undefined)
        expect(new Set(seen).size).toBe(7)
        expect(seen).toHaveLength(7)
      })
    }
    scenario('the copies of one message can be asked for', async (store) => {
      await commitTo(store, [first])
      const copies = await commitTo(store, [first, second])
      const messageId = copies[0]?.message.id ?? 0
      const found = (query: CopyQuery) => store.scan(query).then((page) => page.copies)
      expect(await found({ messageId, limit: 10 })).toEqual(copies.map(asStored))
      expect(await found({ messageId, queue: second, limit: 10 })).toEqual(
        copies.slice(1).map(asStored),
      )
    })
    scenario('a closed store says so', async (store) => {
      await store[Symbol.asyncDispose]()
      await expect(store.queues()).rejects.toMatchObject({ code: 'CLOSED' })
    })
  })
}
