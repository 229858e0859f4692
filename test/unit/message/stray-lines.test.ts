import { expect, test } from 'vitest'
import { HeaderBlock } from '../../../src/message/header-block.ts'
import { withoutStrayLines } from '../../../src/message/stray-lines.ts'

const mailbox = 'From u@example.com Mon Sep 14 10:00:00 2026\r\n'

test.each([
  ['a line of an mbox file', `${mailbox}A: 1\r\n`, 'A: 1\r\n'],
  ['quoted ones', `>From a\nA: 1\r\n>>From b\r\n`, 'A: 1\r\n'],
  ['one within a folded field', `A: 1\r\n${mailbox}\t2\r\nB: 3\r\n`, 'A: 1\r\n\t2\r\nB: 3\r\n'],
  ['folds above the first field', ' x\r\n\ty\r\nA: 1\r\n 2\r\n', 'A: 1\r\n 2\r\n'],
  ['folds of a line above the first field', `${mailbox} x\r\nA: 1\r\n`, 'A: 1\r\n'],
  ['a byte order mark', '\xef\xbb\xbfA: 1\r\n', 'A: 1\r\n'],
  ['a mark before such a line', `\xef\xbb\xbf${mailbox}A: 1`, 'A: 1'],
  ['the last line', `A: 1\r\n${mailbox}`, 'A: 1\r\n'],
])('%s goes, and the fields stay', (_, header, fields) => {
  const kept = withoutStrayLines(new HeaderBlock(Buffer.from(header, 'latin1')))
  expect(kept.bytes.toString('latin1')).toBe(fields)
})
