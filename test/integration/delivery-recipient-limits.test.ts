import { describe, expect, test } from 'vitest'
import { deliveryBench, dnsQueue, MemoryLane, testCopy } from '../support/delivery-bench.ts'
import { FakeMx, type FakeMxOptions, type FakeSession } from '../support/fake-mx.ts'

const never = new AbortController().signal
const zones = { 'good.test': { a: ['127.0.0.1'] } }

/** Delivers a message for three recipients. */
async function deliver(options: FakeMxOptions) {
  await using fake = await FakeMx.start(options)
  await using bench = deliveryBench({ zones, connector: { Port: fake.port } })
  const copy = testCopy(['a@good.test', 'b@good.test', 'c@good.test'])
  const lane = new MemoryLane(dnsQueue('good.test'), [copy])
  await bench.delivery.serve(lane, never)
  return { fake, lane }
}

/** Accepts so many recipients in a session, and so many in a transaction. */
const limited = (refusal: string, { session = Infinity, transaction = Infinity }) => {
  const taken = new Map<FakeSession, number>()
  let inTransaction = 0
  return {
    MAIL: () => {
      inTransaction = 0
      return '250 2.1.0 OK'
    },
    RCPT: (_: string, from: FakeSession) => {
      const before = taken.get(from) ?? 0
      if (before >= session || inTransaction >= transaction) return refusal
      taken.set(from, before + 1)
      inTransaction++
      return '250 2.1.5 OK'
    },
  }
}

describe.each([
  '452 4.5.3 Too many recipients',
  '552 5.5.3 Too many recipients',
  '552 too many recipients',
  '552 Too many',
])('told %s', (refusal) => {
  test.each([
    [{ session: 1 }, [1, 1, 1], 3],
    [{ session: 2 }, [2, 1], 2],
    [{ transaction: 1 }, [1, 1, 1], 1],
    [{ session: 2, transaction: 1 }, [1, 1, 1], 2],
    [{ session: 3 }, [3], 1],
  ])('goes on within the limits %j', async (limits, groups, sessions) => {
    for (const capabilities of [['PIPELINING'], []]) {
      const answers = limited(refusal, limits)
      const { lane, fake } = await deliver({ capabilities, answers })
      expect(lane.results.filter((line) => line.startsWith('delivered'))).toHaveLength(3)
      expect(fake.messages.map(({ recipients }) => recipients.length)).toEqual(groups)
      expect(fake.sessions).toHaveLength(sessions)
    }
  })

  test.each(['RCPT', 'MAIL'])('waits when a new session takes nobody at %s', async (verb) => {
    const { lane, fake } = await deliver({ answers: { [verb]: refusal } })
    const wait = (who: string) => `retry ${who}@good.test ${refusal}`
    expect(lane.results).toEqual([wait('a'), wait('b'), wait('c')])
    expect(fake.sessions).toHaveLength(1)
  })

  test('has the next message go over a new session, once', async () => {
    await using fake = await FakeMx.start({ answers: limited(refusal, { session: 1 }) })
    await using bench = deliveryBench({ zones, connector: { Port: fake.port } })
    const copies = ['a', 'b', 'c'].map((who) => testCopy([`${who}@good.test`]))
    const lane = new MemoryLane(dnsQueue('good.test'), copies)
    await bench.delivery.serve(lane, never)
    expect(lane.results.filter((line) => line.startsWith('delivered'))).toHaveLength(3)
    expect(fake.sessions).toHaveLength(3)
  })

  test('ends when each session takes no more after all were too many for one', async () => {
    let accepted = 0
    const answers = {
      RCPT: (_: string, { lines }: FakeSession) => {
        const again = lines.filter((one) => one.startsWith('MAIL')).length > 1
        if (again) return refusal
        accepted++
        return '250 2.1.5 OK'
      },
      DATA: () => refusal,
    }
    const { lane, fake } = await deliver({ answers })
    expect(lane.results).toHaveLength(3)
    expect(fake.sessions).toHaveLength(1)
    expect(accepted).toBe(3)
  })

  test.each(['DATA', 'content'])('at %s sends smaller groups', async (verb) => {
    let inTransaction = 0
    const usual = verb === 'DATA' ? '354 Go on' : '250 2.6.0 Queued'
    const answers = {
      MAIL: () => {
        inTransaction = 0
        return '250 2.1.0 OK'
      },
      RCPT: () => `250 2.1.5 OK ${++inTransaction}`,
      [verb]: () => (inTransaction > 1 ? refusal : usual),
    }
    const { lane, fake } = await deliver({ answers })
    expect(lane.results.filter((line) => line.startsWith('delivered'))).toHaveLength(3)
    expect(fake.messages.map(({ recipients }) => recipients.length)).toEqual([1, 1, 1])
  })

  test('of a single recipient at the content takes it as any other refusal', async () => {
    const { lane, fake } = await deliver({ answers: { content: refusal } })
    expect(lane.results).toHaveLength(3)
    const outcome = refusal.startsWith('4') ? 'retry' : 'failed'
    expect(lane.results.every((line) => line.startsWith(outcome))).toBe(true)
    expect(fake.lines.filter((line) => line.startsWith('MAIL')).length).toBeLessThan(6)
  })
})
