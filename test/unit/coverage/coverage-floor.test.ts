import { expect, test } from 'vitest'
import { belowFloor, shareOf } from '../../coverage/coverage-floor.ts'

const missed = (count: number) => Array.from({ length: count }, (_, at) => at + 1)

test.each([
  'smtp/reply.ts',
  'queue/scheduler/scheduler.ts',
  'deliver/smtp/failure-policy.ts',
  'receive/connectors/permissions.ts',
  'message/header-firewall.ts',
])('each line of %s has to run', (file) => {
  expect(belowFloor([{ file, lines: 100, missed: [7, 9] }])).toEqual([
    `src/${file}: no test runs line 7, 9`,
  ])
  expect(belowFloor([{ file, lines: 100, missed: [] }])).toEqual([])
})

test('nine tenths of all lines have to run', () => {
  const file = 'logs/log-disk.ts'
  expect(belowFloor([{ file, lines: 100, missed: missed(10) }])).toEqual([])
  expect(belowFloor([{ file, lines: 100, missed: missed(11) }])).toEqual([
    '89.0 % of all lines run in tests; 90 % have to',
  ])
})

test('the share counts the lines of all files', () => {
  const files = [
    { file: 'a.ts', lines: 30, missed: missed(3) },
    { file: 'b.ts', lines: 10, missed: missed(1) },
  ]
  expect(shareOf(files)).toBe(90)
  expect(shareOf([])).toBe(100)
})
