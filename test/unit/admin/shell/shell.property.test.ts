import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordingHost } from '../../../support/recording-host.ts'
import { testShell } from '../../../support/run-shell.ts'

const words = fc.constantFrom(
  ...[
    'Get-SendConnector',
    'Set-SendConnector',
    'New-SendConnector',
    'Get-Date',
    'Get-Help',
    'fl',
    'ft',
  ],
  ...[
    'where',
    'select',
    'sort',
    'measure',
    'group',
    '%',
    'ConvertTo-Json',
    'ConvertTo-Csv',
    'Out-String',
  ],
  ...[
    '-Name',
    '-Identity',
    '-First',
    '-WhatIf',
    '-Filter',
    '-Property',
    '-Sum',
    '-Unique',
    '-ea',
    'Stop',
  ],
  ...[
    '"To Internet"',
    '$_',
    '$x',
    '$null',
    '$true',
    '1,2',
    '35MB',
    '*',
    '-1',
    "''",
    '@{Add="a"}',
    '@()',
  ],
  ...[
    '{$_.Name -like "*o*"}',
    '{Enabled -eq $true}',
    '(Get-Date)',
    '.AddDays(1)',
    '[int]',
    '$x =',
    '-join',
    '-f',
    '-split',
    '..',
    '++',
    '+=',
    'if (',
    'else {',
    'foreach ($y in',
  ],
  ...[
    '|',
    '|',
    '|',
    ';',
    '+',
    '-eq',
    '-gt',
    '-match',
    '(',
    ')',
    '{',
    '}',
    '"',
    '@{Name="a";e={$_}}',
  ],
)

test('whatever is typed, the shell answers and lives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(words, { maxLength: 10 }), async (parts) => {
      const host = new RecordingHost()
      const result = await testShell().runLine(parts.join(' '), { host })
      expect(['done', 'incomplete', 'stopped']).toContain(result.kind)
      if (result.kind === 'done' && !result.failed) expect(host.errors).toBe('')
    }),
    { numRuns: 500 },
  )
})

test('whatever is typed, completion puts its candidates where the word stands', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(words, { maxLength: 8 }), fc.nat(80), async (parts, at) => {
      const text = parts.join(' ')
      const cursor = Math.min(at, text.length)
      const { start, end } = await testShell().complete(text, cursor)
      expect(start).toBeLessThanOrEqual(cursor)
      expect(end).toBe(cursor)
    }),
    { numRuns: 500 },
  )
})
