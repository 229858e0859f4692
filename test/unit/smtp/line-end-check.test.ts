import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineEndCheck, lineEndsOf } from '../../../src/smtp/line-end-check.ts'

test.each([
  ['', 'whole'],
  ['a', 'whole'],
  ['\r\n', 'whole'],
  ['a\r\n\r\nb', 'whole'],
  ['a\r', 'open'],
  ['a\r\n\r', 'open'],
  ['\n', 'bare'],
  ['a\r\nb\n', 'bare'],
  ['a\rb\r\n', 'bare'],
  ['a\r\r\n', 'bare'],
  ['a\n\r', 'bare'],
])('the line ends of %j are %s', (text, ends) => {
  expect(lineEndsOf(Buffer.from(text))).toBe(ends)
  expect(lineEndsOf(Buffer.from(`\n${text}`), 1)).toBe(ends)
})

test('a stream has a bare line end exactly when its whole text has, however it is cut', () => {
  const piece = fc
    .array(fc.constantFrom('\r\n', '\r\n', '\r', '\n', 'x'))
    .map((all) => all.join(''))
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const check = new LineEndCheck()
      for (const each of pieces) check.add(Buffer.from(each))
      expect(check.bare).toBe(/\r(?!\n|$)|(?<!\r)\n/.test(pieces.join('')))
    }),
    { numRuns: 1000 },
  )
})
