import { expect, test } from 'vitest'
import { HeaderBlock } from '../../../src/message/header-block.ts'
import { statedPriority } from '../../../src/message/message-priority.ts'

test.each([
  ['X-Priority: 1', 'High'],
  ['X-Priority: 2 (High)', 'High'],
  ['X-Priority: 3 (Normal)', 'Normal'],
  ['X-Priority: 4', 'Low'],
  ['X-Priority: 5 (Lowest)', 'Low'],
  ['X-Priority: Low', 'Low'],
  ['X-Priority: 10', undefined],
  ['X-Priority: 0', undefined],
  ['Importance: HIGH', 'High'],
  ['Importance: low', 'Low'],
  ['X-MSMail-Priority: High', 'High'],
  ['Priority: urgent', 'High'],
  ['Priority: non-urgent', 'Low'],
  ['Priority: constructor', undefined],
  ['Subject: urgent', undefined],
  ['Importance: low\r\nX-Priority: 1', 'High'],
  ['X-Priority: soon\r\nImportance: low', 'Low'],
])('%j is %s', (header, expected) => {
  expect(statedPriority(new HeaderBlock(Buffer.from(`${header}\r\n`)))).toBe(expected)
})
