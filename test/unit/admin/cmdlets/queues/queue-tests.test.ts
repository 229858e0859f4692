import { expect, test } from 'vitest'
import { filterTests, testsOf } from '../../../../../src/admin/cmdlets/queues/queue-tests.ts'
import { filteredQueues } from '../../../../../src/admin/cmdlets/queues/queue-objects.ts'
import { filter } from '../../../../../src/admin/shell/filter.ts'

function testsIn(source: string) {
  const converted = filter(filteredQueues).convert({ value: source, now: new Date(0) })
  if ('problem' in converted) throw new Error(converted.problem)
  return filterTests(converted.value)
}

const text = (field: string, pattern: string) => ({ field, operator: 'fits', pattern })
const number = (field: string, operator: string, value: number) => ({ field, operator, value })

test.each([
  ["Status -eq 'Retry'", [text('Status', 'Retry')]],
  ["NextHopDomain -like '*.test'", [text('NextHopDomain', '*.test')]],
  ["NextHopDomain -like '[a-c]*'", [text('NextHopDomain', '[a-c]*')]],
  ["NextHopDomain -eq 'bücher.test'", [text('NextHopDomain', 'bücher.test')]],
  [
    "Status -eq 'Retry' -and MessageCount -gt 100",
    [text('Status', 'Retry'), number('MessageCount', '>', 100)],
  ],
  [
    "(RetryCount -ge 2) -and (LastError -like '4*')",
    [number('RetryCount', '>=', 2), text('LastError', '4*')],
  ],
  // What only the shell can decide is left to it.
  ["Status -eq 'Retry' -or MessageCount -gt 100", []],
  ["Status -ne 'Retry'", []],
  ["NextHopDomain -eq '*'", []],
  ["NextHopDomain -eq '[a-c].test'", []],
  [`LastError -like '${'x'.repeat(501)}'`, []],
  ['Velocity -lt 0', []],
])('the service looks for what it can of %s', (source, tests) => {
  expect(testsIn(source)).toEqual(tests)
})

test.each([
  ['EDGE01\\3', [{ field: 'name', operator: '=', value: '3' }]],
  ['fabrikam.test', [{ field: 'name', operator: '=', value: 'fabrikam.test' }]],
  ['*.test', []],
  ['bücher.test', [{ field: 'name', operator: '=', value: 'bücher.test' }]],
])('the service looks for the queue %s', (Identity, tests) => {
  expect(testsOf({ Identity })).toEqual(tests)
})
