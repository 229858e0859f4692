import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeaderBlock } from '../../../src/message/header-block.ts'

const block = (text: string) => new HeaderBlock(Buffer.from(text, 'latin1'))

test('finds fields by name without case, the first of several', () => {
  const header = block('Received: one\r\nSUBJECT: Hello\r\nReceived: two\r\n')
  expect(header.fields.map(({ name }) => name)).toEqual(['received', 'subject', 'received'])
  expect(header.value('received')).toBe('one')
  expect(header.value('date')).toBeUndefined()
})

test('unfolds CRLF and bare LF folds', () => {
  expect(block('Subject: a\r\n\tb\n  c\r\nX: 1\r\n').value('subject')).toBe('a\tb  c')
})

test('reads UTF-8, and other octets as Latin-1', () => {
  expect(block('Subject: \xc3\xa9\r\n').value('subject')).toBe('é')
  expect(block('Subject: \xe9\r\n').value('subject')).toBe('é')
})

test('takes blanks before the colon and an empty value', () => {
  expect(block('Subject : a\r\n').value('subject')).toBe('a')
  expect(block('Subject:\r\n').value('subject')).toBe('')
})

test('removes fields with their folds and keeps the rest octet by octet', () => {
  const header = block('A: 1\r\n x\r\nB: \xff\n\ty\nA: 3\r\n')
  expect(header.without(({ name }) => name === 'a').bytes.toString('latin1')).toBe('B: \xff\n\ty\n')
})

test('is the same block when nothing is removed', () => {
  const header = block('A: 1\r\n')
  expect(header.without(({ name }) => name === 'b')).toBe(header)
})

test('never throws, and its fields cover every octet', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      const header = new HeaderBlock(Buffer.from(octets))
      let end = 0
      for (const field of header.fields) {
        expect(field.start).toBe(end)
        header.valueOf(field)
        end = field.end
      }
      expect(end).toBe(octets.length)
    }),
  )
})
