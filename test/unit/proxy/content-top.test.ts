import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ContentTop } from '../../../src/proxy/content-top.ts'

/** What goes behind our trace field of content that comes in these pieces. */
function passed(pieces: readonly string[], maxHeaderSize = 1000): string {
  const top = new ContentTop(maxHeaderSize)
  const buffers = pieces.map((piece) => top.push(Buffer.from(piece, 'latin1')))
  return Buffer.concat([...buffers, top.end()]).toString('latin1')
}

const mark = '\xef\xbb\xbf'

test.each([
  ['a fold', ' a\r\n\tb\r\nSubject: x\r\n\r\nbody', 'Subject: x\r\n\r\nbody'],
  ['a mark', `${mark}Subject: x\r\n\r\n${mark}body`, `Subject: x\r\n\r\n${mark}body`],
  ['both', `${mark} a\r\nSubject: x\r\n`, 'Subject: x\r\n'],
  ['an indented text', ' text\r\nmore\r\n', '\r\n text\r\nmore\r\n'],
  ['a marked text', `${mark}more text\r\n`, `\r\n${mark}more text\r\n`],
  ['blanks alone', ' ', '\r\n '],
])(
  'takes %s off the top of a header, and parts a body from the trace field',
  (_, content, rest) => {
    expect(passed([content])).toBe(rest)
    expect(passed(Array.from(content))).toBe(rest)
  },
)

test('passes all else as it is, at once', () => {
  const content = Buffer.from('Subject: x\r\nFrom u@example.com Mon Sep 14\r\n')
  expect(new ContentTop(10).push(content)).toBe(content)
})

test('passes a header beyond the limit on whole, however it is cut up', () => {
  const pieces = fc.array(fc.string({ maxLength: 30 }), { minLength: 1, maxLength: 10 })
  fc.assert(
    fc.property(pieces, (rest) => {
      const content = [` ${'x'.repeat(20)}`, ...rest, 'x'.repeat(100)]
      expect(passed(content, 15)).toBe(content.join(''))
    }),
  )
})
