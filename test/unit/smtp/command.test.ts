import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitCommand } from '../../../src/smtp/command.ts'

test.each([
  ['QUIT', 'QUIT', ''],
  ['quit', 'QUIT', ''],
  ['EHLO  mail.example.com ', 'EHLO', 'mail.example.com'],
  ['MAIL FROM:<"a b"@example.com> SIZE=1', 'MAIL', 'FROM:<"a b"@example.com> SIZE=1'],
  ['RCPT TO:<grå@example.com>', 'RCPT', 'TO:<grå@example.com>'],
  ['', '', ''],
  [' NOOP', '', 'NOOP'],
])('%j is %j with %j', (line, verb, argument) => {
  expect(splitCommand(Buffer.from(line))).toEqual({ verb, argument, isSpoilt: false })
})

test.each([
  ['a NUL', Buffer.from('NOOP\0')],
  ['a tab', Buffer.from('MAIL\tFROM:<>')],
  ['an escape', Buffer.from('NOOP \x1b[2J')],
  ['DEL', Buffer.from('NOOP\x7f')],
  ['a control character of the upper half', Buffer.from('NOOP \u0085')],
  ['octets that are not UTF-8', Buffer.from('RCPT TO:<gr\xe5@example.com>', 'latin1')],
])('%s spoils a line', (_, line) => {
  expect(splitCommand(line).isSpoilt).toBe(true)
})

test.each(['NOOP\0', 'MAIL\tFROM:<>', 'AUTH\x7f PLAIN'])('%j has no verb of ours', (line) => {
  expect(splitCommand(Buffer.from(line)).verb).not.toMatch(/^[A-Z]*$/)
})

test('any line is split', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (octets) => {
      const command = splitCommand(Buffer.from(octets))
      expect(command.isSpoilt || !/[ \x00-\x1f]/.test(command.verb)).toBe(true)
    }),
  )
})
