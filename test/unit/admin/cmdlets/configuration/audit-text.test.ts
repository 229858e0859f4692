import { expect, test } from 'vitest'
import { auditArguments } from '../../../../../src/admin/cmdlets/configuration/audit-text.ts'

test.each([
  ['', []],
  ['-Name In', [['Name', 'In']]],
  [
    '-Name "To ""the"" Edge" -Force $true',
    [
      ['Name', 'To "the" Edge'],
      ['Force', '$true'],
    ],
  ],
  [
    '-Comment "a -Name b" -Port 25',
    [
      ['Comment', 'a -Name b'],
      ['Port', '25'],
    ],
  ],
  [
    '-A "a b","c d" -B @{Add="x y";Remove=z}',
    [
      ['A', '"a b","c d"'],
      ['B', '@{Add="x y";Remove=z}'],
    ],
  ],
  [
    '-Credential ("an n", ********) -FileData (12 bytes)',
    [
      ['Credential', '("an n", ********)'],
      ['FileData', '(12 bytes)'],
    ],
  ],
])('reads %s back', (text, expected) => {
  expect(auditArguments(text).map(({ name, value }) => [name, value])).toEqual(expected)
})

test('a text that is no command takes no time', () => {
  expect(auditArguments(`-Name ${'"'.repeat(10_001)}x`)).toEqual([])
  expect(auditArguments(`-Name ${'"" '.repeat(10_000)}x`)).toEqual([])
})
