import { describe, expect, test } from 'vitest'
import { Arrivals } from '../../../bench/load/arrivals.ts'
import {
  bodyOf,
  headerOf,
  monotonicMs,
  readMark,
  recipientIndex,
  recipientName,
} from '../../../bench/load/numbered-message.ts'
import type { SinkReport } from '../../../bench/load/orders.ts'
import { randomMoments } from '../../../bench/load/random-moments.ts'
import { ReplyCounter } from '../../../bench/load/reply-counter.ts'

describe('a numbered message', () => {
  const mark = { round: 3, number: 17, sentAt: 1234.5 }

  test('is known again behind header lines of others', () => {
    const received = Buffer.from(`Received: from x\r\n\tby y\r\n${headerOf(mark)}`)
    expect(readMark(received)).toEqual(mark)
  })

  test('is not known before its line is whole', () => {
    const received = Buffer.from(`Received: from x\r\n${headerOf(mark)}`.slice(0, -3))
    expect(readMark(received)).toBeUndefined()
  })

  test('has a body of the octets asked for, of short lines, with its final dot', () => {
    const body = bodyOf(5120).toString('latin1')
    expect(body).toMatch(/^\r\n[^]*\r\n\.\r\n$/)
    expect(body).toHaveLength('\r\n'.length + 5120 + '.\r\n'.length)
    expect(Math.max(...body.split('\r\n').map(({ length }) => length))).toBeLessThan(80)
  })

  test('has recipients that are known by their number', () => {
    expect(recipientIndex(`RCPT TO:<${recipientName(12)}@d2.test> NOTIFY=NEVER`)).toBe(12)
  })
})

describe('replies', () => {
  const codes = (...chunks: readonly string[]) => {
    const found: number[] = []
    const counter = new ReplyCounter()
    for (const chunk of chunks) counter.take(Buffer.from(chunk), (code) => found.push(code))
    return found
  }

  test('count once each, however many lines they have', () => {
    expect(codes('250-a\r\n250-b\r\n250 c\r\n354 go on\r\n')).toEqual([250, 354])
  })

  test('may come in pieces', () => {
    expect(codes('25', '0-a\r', '\n250', ' c\r\n2', '21 bye\r\n')).toEqual([250, 221])
  })
})

describe('arrivals', () => {
  const expecting = () => {
    const reports: SinkReport[] = []
    const arrivals = new Arrivals((report) => reports.push(report))
    arrivals.expect({
      ...{ kind: 'expect', round: 2, messages: 2, recipients: 2, arrivals: 4, latencies: true },
    })
    return { arrivals, reports }
  }
  const mark = (number: number, round = 2) => ({ round, number, sentAt: monotonicMs() })

  test('are complete when each recipient of each message was reached', () => {
    const { arrivals, reports } = expecting()
    arrivals.arrived(mark(0), [0, 1])
    arrivals.arrived(mark(1), [1])
    expect(reports).toEqual([])
    arrivals.arrived(mark(1), [0])
    expect(reports).toMatchObject([{ kind: 'complete', travelled: { length: 3 } }])
  })

  test('fail when a recipient is reached twice', () => {
    const { arrivals, reports } = expecting()
    arrivals.arrived(mark(0), [0])
    arrivals.arrived(mark(0), [0])
    expect(reports).toMatchObject([
      { kind: 'failed', reason: 'message 0 came twice, or nobody sent it' },
    ])
  })

  test.each([
    { what: 'of another round', late: mark(0, 1) },
    { what: 'without a number', late: undefined },
  ])('fail for a message $what', ({ late }) => {
    const { arrivals, reports } = expecting()
    arrivals.arrived(late, [0])
    expect(reports).toMatchObject([{ kind: 'failed' }])
  })

  test('fail for a number that was never sent', () => {
    const { arrivals, reports } = expecting()
    arrivals.arrived(mark(2), [0])
    expect(reports).toMatchObject([{ kind: 'failed' }])
  })
})

describe('random moments', () => {
  const moments = randomMoments({ rate: 100, count: 10_000, from: 5 })

  test('come at the rate asked for', () => {
    expect((moments.at(-1) ?? NaN) / 1000).toBeCloseTo(100, -1)
  })

  test('are in order, uneven, and the same each time', () => {
    expect(moments).toEqual(moments.toSorted((a, b) => a - b))
    const gaps = moments.slice(1).map((at, before) => at - (moments[before] ?? NaN))
    expect(Math.max(...gaps)).toBeGreaterThan(50)
    expect(randomMoments({ rate: 100, count: 10_000, from: 5 })).toEqual(moments)
  })
})
