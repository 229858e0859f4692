import { expect, test } from 'vitest'
import { nearest } from '../../../../src/admin/grammar/nearest.ts'

const names = ['Get-Queue', 'Get-Message', 'Set-SendConnector', 'New-SendConnector', 'Name']

test.each([
  ['Get-Quee', 'Get-Queue'],
  ['get-qeuue', 'Get-Queue'],
  ['Set-SendConector', 'Set-SendConnector'],
  ['New-SndConnector', 'New-SendConnector'],
  ['Nmae', 'Name'],
  ['Get-Mailbox', undefined],
  ['x', undefined],
])('%s was meant as %s', (word, expected) => {
  expect(nearest(word, names)).toBe(expected)
})
