import { describe, expect, test } from 'vitest'
import {
  deliveryBench,
  dnsQueue,
  MemoryLane,
  MemoryProtocolLog,
  testCopy,
} from '../support/delivery-bench.ts'
import { type Copies, deliver, zones } from '../support/deliver-to-fake-mx.ts'
import { FakeMx } from '../support/fake-mx.ts'

const pipelining = ['PIPELINING']

describe('the envelope of the next message', () => {
  const two: Copies = [[['a@good.test']], [['b@good.test']]]
  /** Gives the first content its own verdict. */
  const firstVerdict = (verdict: string) => {
    let verdicts = 0
    return { content: () => (verdicts++ === 0 ? verdict : '250 2.6.0 Queued') }
  }

  test('goes out with the end of the content, where the peer has PIPELINING', async () => {
    const orders = [pipelining, []].map(async (capabilities) => {
      const protocolLog = new MemoryProtocolLog()
      const { lane } = await deliver({ capabilities }, two, { protocolLog })
      expect(lane.results).toHaveLength(2)
      const told = protocolLog.records.map((record) => record.slice(0, 6))
      return told.lastIndexOf('>,MAIL') < protocolLog.records.indexOf('<,250 2.6.0 Queued,')
    })
    expect(await Promise.all(orders)).toEqual([true, false])
  })

  test('holds on the same session after content that was refused', async () => {
    const answers = firstVerdict('554 5.7.1 Spam')
    const { lane, fake } = await deliver({ capabilities: pipelining, answers }, two)
    expect(lane.results).toEqual([
      'failed a@good.test 554 5.7.1 Spam',
      'delivered b@good.test 250 2.6.0 Queued',
    ])
    expect(fake.lines.filter((line) => line.startsWith('MAIL'))).toHaveLength(2)
  })

  test.each(['drop', '421 4.3.2 Closing'])(
    'is said anew on another session when the verdict is %s',
    async (verdict) => {
      const answers = firstVerdict(verdict)
      const { lane, fake } = await deliver({ capabilities: pipelining, answers }, two)
      expect(lane.results).toHaveLength(2)
      expect(lane.results[0]).toMatch(/^retry a@good.test/)
      expect(lane.results[1]).toBe('delivered b@good.test 250 2.6.0 Queued')
      expect(fake.sessions).toHaveLength(2)
    },
  )

  test('leaves its copy untried when no other session comes about', async () => {
    let greetings = 0
    const answers = {
      ...firstVerdict('drop'),
      greeting: () => (greetings++ === 0 ? '220 fake.example' : '421 4.3.2 Busy'),
    }
    const { lane, result } = await deliver({ capabilities: pipelining, answers }, two)
    expect(lane.results).toHaveLength(1)
    expect(lane.returned.map(({ recipients }) => recipients)).toEqual([
      [{ address: 'b@good.test' }],
    ])
    expect(result).toMatchObject({ kind: 'unreachable' })
  })

  test('waits while recipients of the message in hand are left', async () => {
    let inTransaction = 0
    const answers = {
      MAIL: () => {
        inTransaction = 0
        return '250 2.1.0 OK'
      },
      RCPT: () => (++inTransaction > 1 ? '452 4.5.3 Too many recipients' : '250 2.1.5 OK'),
    }
    const copies: Copies = [[['a@good.test', 'b@good.test']], [['c@good.test']]]
    const { lane, fake } = await deliver({ capabilities: pipelining, answers }, copies)
    expect(lane.results.map((line) => line.split(' ', 2).join(' '))).toEqual([
      'delivered a@good.test',
      'delivered b@good.test',
      'delivered c@good.test',
    ])
    expect(fake.messages.flatMap(({ recipients }) => recipients)).toHaveLength(3)
  })

  test('is not said of a message that the peer cannot take', async () => {
    const copies: Copies = [[['a@good.test']], [['ü@good.test']]]
    const { lane, fake } = await deliver({ capabilities: pipelining }, copies)
    expect(lane.results[1]).toMatch(/^failed ü@good.test 550 5.6.7/)
    expect(fake.lines.filter((line) => line.startsWith('MAIL'))).toHaveLength(1)
  })

  test('is followed by its content though delivery stops meanwhile', async () => {
    const stop = new AbortController()
    const content = () => {
      stop.abort()
      return '250 2.6.0 Queued'
    }
    await using fake = await FakeMx.start({ capabilities: pipelining, answers: { content } })
    await using bench = deliveryBench({ zones, connector: { Port: fake.port } })
    const lane = new MemoryLane(
      dnsQueue('good.test'),
      ['a', 'b', 'c'].map((name) => testCopy([`${name}@good.test`])),
    )
    await bench.delivery.serve(lane, stop.signal)
    expect(fake.messages).toHaveLength(2)
    expect(lane.results).toHaveLength(2)
    expect(lane.waiting).toHaveLength(1)
  })
})
