import { describe, expect, test } from 'vitest'
import type { CopyTest } from '../../../src/queue/copy-test.ts'
import type { CopyQuery, QueueStore } from '../../../src/queue/queue-store.ts'
import { type Copy, placeOf, suspended } from '../../../src/queue/stored-message.ts'
import { commitTo, domainQueue, sampleTime } from '../../support/queue-samples.ts'

const first = domainQueue('first.test')
const second = domainQueue('second.test')
const ids = (copies: readonly Copy[]) => copies.map(({ id }) => id)

async function waiting(store: QueueStore, count: number): Promise<readonly Copy[]> {
  const copies: Copy[] = []
  for (let n = 0; n < count; n++) copies.push(...(await commitTo(store, [first], { dueAt: n + 1 })))
  store.release(copies)
  return copies
}

/** What every queue store promises of suspended copies and queues; `open` makes an empty one. */
export function queueSuspensionContract(name: string, open: () => Promise<QueueStore>): void {
  const scenario = (title: string, run: (store: QueueStore) => Promise<void>) =>
    test(title, async () => {
      await using store = await open()
      await run(store)
    })

  describe(`${name}: suspended copies`, () => {
    scenario('are neither due nor leased, however late it is', async (store) => {
      const [one, two] = await waiting(store, 2)
      if (one === undefined || two === undefined) throw new Error('two were committed')
      expect(await store.suspend([placeOf(one)])).toEqual([])
      expect(await store.nextDueAt(first)).toBe(2)
      expect(ids(await store.lease(first, Infinity, 10))).toEqual([two.id])
      expect(await store.nextDueAt(first)).toBeUndefined()
      const aged = { receivedBefore: sampleTime * 2, withoutDelayNotice: false, limit: 10 }
      expect((await store.leaseAged(aged)).copies).toEqual([])
    })
    scenario('are shown as such', async (store) => {
      await store.suspend((await waiting(store, 1)).map(placeOf))
      expect((await store.scan({ limit: 10 })).copies).toMatchObject([{ dueAt: suspended }])
    })
    scenario('stay so when the queue is retried', async (store) => {
      await store.suspend((await waiting(store, 1)).map(placeOf))
      await store.hasten(first, 5)
      expect(await store.lease(first, Infinity, 10)).toEqual([])
    })
    scenario('are due when they are resumed, others unchanged', async (store) => {
      const [one, two] = await waiting(store, 2)
      if (one === undefined || two === undefined) throw new Error('two were committed')
      await store.suspend([placeOf(one)])
      await store.resume([one, two].map(placeOf), 700)
      const leased = await store.lease(first, 1000, 10)
      expect(leased.map(({ id, dueAt }) => [id, dueAt])).toEqual([
        [two.id, 2],
        [one.id, 700],
      ])
    })
    scenario(
      'may be leased: their holder decides, and its giving up leaves them so',
      async (store) => {
        const copies = [...(await commitTo(store, [first])), ...(await commitTo(store, [first]))]
        expect(await store.suspend(copies.map(placeOf))).toEqual(ids(copies))
        const [settled, released] = copies
        if (settled === undefined || released === undefined) throw new Error('two were committed')
        const { recipients: remaining } = settled
        const result = { attempts: 1, lastError: '', delayNotified: false }
        await store.settle({ copy: settled, remaining, dueAt: 9, ...result })
        store.release([released])
        expect(ids(await store.lease(first, Infinity, 10))).toEqual([settled.id])
      },
    )
    scenario('that were settled as suspended are so', async (store) => {
      const [copy] = await commitTo(store, [first])
      if (copy === undefined) throw new Error('one was committed')
      const { recipients: remaining } = copy
      const result = { attempts: 1, lastError: '', delayNotified: false }
      await store.settle({ copy, remaining, dueAt: suspended, ...result })
      expect(await store.lease(first, Infinity, 10)).toEqual([])
      await store.resume([placeOf(copy)], 3)
      expect(await store.nextDueAt(first)).toBe(3)
    })
  })

  describe(`${name}: leasing by place`, () => {
    scenario(
      'gives what nobody holds, names what somebody holds, ignores what is gone',
      async (store) => {
        const [held] = await commitTo(store, [first])
        const [free, sleeping] = await waiting(store, 2)
        if (held === undefined || free === undefined || sleeping === undefined)
          throw new Error('three were committed')
        await store.suspend([placeOf(sleeping)])
        const gone = { message: 999_999, id: 999_999 }
        const among = await store.leaseThese([held, free, sleeping].map(placeOf).concat(gone))
        expect(ids(among.copies)).toEqual([free.id, sleeping.id])
        expect(among.held).toEqual([held.id])
        expect(await store.lease(first, Infinity, 10)).toEqual([])
      },
    )
  })

  describe(`${name}: suspended queues`, () => {
    scenario('are told apart, and keep their number while they are empty', async (store) => {
      await store.suspendQueue(first, true)
      store.release(await commitTo(store, [second]))
      const figures = await store.queues()
      expect(figures).toMatchObject([
        { key: first, copies: 0, suspended: true },
        { key: second, copies: 1, suspended: false },
      ])
      await store.suspendQueue(first, false)
      const again = (await store.queues()).find(({ key }) => key.nextHopDomain === 'first.test')
      expect(again).toMatchObject({ suspended: false, number: figures[0]?.number })
    })
    scenario('that are unknown need no resuming', async (store) => {
      await store.suspendQueue(first, false)
      expect(await store.queues()).toEqual([])
    })
  })

  describe(`${name}: walking with tests`, () => {
    const senders = ['ana@contoso.test', 'Bo@Contoso.test', 'eve_x@fabrikam.test']

    async function walk(store: QueueStore, query: Omit<CopyQuery, 'limit'>): Promise<string[]> {
      const found: string[] = []
      let after: string | undefined
      do {
        const page = await store.scan({ ...query, limit: 2, ...(after !== undefined && { after }) })
        found.push(...page.copies.map(({ message }) => message.envelope.sender))
        after = page.next
      } while (after !== undefined)
      return found
    }

    const cases: readonly [string, CopyTest, readonly string[]][] = [
      [
        'text',
        { field: 'sender', operator: 'fits', pattern: '*@contoso.test' },
        senders.slice(0, 2),
      ],
      ['literal _', { field: 'sender', operator: 'fits', pattern: 'eve_x@*' }, senders.slice(2)],
      ['a number', { field: 'size', operator: '>=', value: 200 }, senders.slice(1)],
      ['an InternalId', { field: 'id', operator: '<=', value: 2 }, senders.slice(0, 2)],
      ['a recipient', { field: 'recipients', operator: 'fits', pattern: '*BOB@first*' }, senders],
      ['not being suspended', { field: 'suspended', operator: '=', value: 0 }, senders],
      [
        'a time',
        { field: 'receivedAt', operator: '<', value: sampleTime + 1 },
        senders.slice(0, 1),
      ],
    ]
    scenario(
      'goes from the youngest message to the oldest when that is asked for',
      async (store) => {
        for (const [at, sender] of senders.entries()) {
          const envelope = { sender, body: '8BITMIME', smtpUtf8: false } as const
          const message = { envelope, size: 100, receivedAt: sampleTime + at }
          store.release(await commitTo(store, [first, second], { message }))
        }
        const twice = senders.toReversed().flatMap((sender) => [sender, sender])
        expect(await walk(store, { newestFirst: true })).toEqual(twice)
        const tests: readonly CopyTest[] = [{ field: 'size', operator: '>=', value: 100 }]
        expect(await walk(store, { newestFirst: true, tests })).toEqual(twice)
      },
    )
    scenario('is no slower for many wildcards, whatever a stranger wrote', async (store) => {
      const sender = `${'a'.repeat(300)}@contoso.test`
      const envelope = { sender, body: '8BITMIME', smtpUtf8: false } as const
      store.release(await commitTo(store, [first], { message: { envelope } }))
      const fits = (pattern: string) =>
        walk(store, { tests: [{ field: 'sender', operator: 'fits', pattern }] })
      expect(await fits(`${'*a'.repeat(40)}*T`)).toEqual([sender])
      expect(await fits(`${'*a'.repeat(40)}*b`)).toEqual(name.startsWith('SQLite') ? [] : [sender])
    })
    for (const queue of [undefined, first]) {
      for (const [what, condition, expected] of cases) {
        const where = queue === undefined ? 'everywhere' : 'in a queue'
        scenario(`finds at least what fulfils ${what}, ${where}`, async (store) => {
          for (const [at, sender] of senders.entries()) {
            const envelope = { sender, body: '8BITMIME', smtpUtf8: false } as const
            const message = { envelope, size: (at + 1) * 100, receivedAt: sampleTime + at }
            store.release(await commitTo(store, [first], { message, dueAt: at }))
          }
          const found = await walk(store, { tests: [condition], ...(queue && { queue }) })
          expect(found).toEqual(expect.arrayContaining([...expected]))
          if (name.startsWith('SQLite')) expect(found).toEqual(expected)
        })
      }
    }
  })
}
