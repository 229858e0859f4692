import { describe, expect, test } from 'vitest'
import { alignedTable, report } from '../../../bench/report-table.ts'
import { sampleFigures, sampleResult, sampleScenario } from '../../support/bench-result.ts'

test('a table has its first column to the left and figures to the right', () => {
  expect(
    alignedTable(
      ['Name', 'Rate'],
      [
        ['a', '1,000'],
        ['longer', '2'],
      ],
    ),
  ).toBe(['Name     Rate', '------  -----', 'a       1,000', 'longer      2', ''].join('\n'))
})

describe('the report', () => {
  const duel = sampleScenario({
    relay: sampleFigures('relay', [4000, 4200, 100]),
    postfix: sampleFigures('Postfix', [800, 900, 20]),
    ...{ ratio: 5, target: 5, ceiling: 9100 },
  })

  test('says where, how often and what was measured', () => {
    const text = report(sampleResult(duel))
    expect(text).toContain('Example 9000, 2 cores, 24 GB, Linux 6.1, queues on ext4')
    expect(text).toContain('3 rounds in turns')
    expect(text).toMatch(
      /^kept +20 sessions kept, 5 KB +8000 +4,000 +800 +5\.00x +>= 5x +yes +9,100$/m,
    )
    expect(text).toMatch(/^kept +relay +0\.40 +300 +200 +2 +4,400 +1\.0 +0\.40$/m)
  })

  test('says NO to a target that was missed', () => {
    expect(report(sampleResult({ ...duel, ratio: 4.9 }))).toMatch(/4\.90x +>= 5x +NO +9,100$/m)
  })

  test('shows measures with their unit, target and verdict', () => {
    const measures = [
      { what: 'start', unit: 's', relay: 1.84, target: '< 10 s', met: true },
      { what: 'p50 / p99', unit: 'ms', relay: [0.72, 12.34], postfix: [1, 2000] },
    ]
    const text = report(sampleResult(sampleScenario({ measures })))
    expect(text).toMatch(/^start +1\.84 s +< 10 s +yes$/m)
    expect(text).toMatch(/^p50 \/ p99 +0\.72 \/ 12\.3 ms +1 \/ 2,000 ms$/m)
  })

  test('names what failed, and why', () => {
    const failed = sampleScenario({ failure: 'relay, round 2: 7999 of 8000 messages arrived' })
    expect(report(sampleResult(failed))).toContain(
      'FAILED kept: relay, round 2: 7999 of 8000 messages arrived',
    )
  })
})
