import { expect, test } from 'vitest'
import { countFlushes } from '../../../bench/flush-probe.ts'

const table = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 90.00    0.090000         900       100           fdatasync
  9.00    0.009000         900        10         1 fsync
  1.00    0.001000         100        10           msync
------ ----------- ----------- --------- --------- ----------------
100.00    0.100000         833       120         1 total
`

test('flushes are the calls that make a file last', () => {
  expect(countFlushes(table)).toBe(110)
})

test('a server that flushed nothing leaves an empty table', () => {
  expect(countFlushes('')).toBe(0)
})
