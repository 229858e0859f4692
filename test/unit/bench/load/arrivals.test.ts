import { describe, expect, test } from 'vitest'
import { Arrivals } from '../../../../bench/load/arrivals.ts'
import { monotonicMs } from '../../../../bench/load/numbered-message.ts'
import type { SinkReport } from '../../../../bench/load/orders.ts'

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
