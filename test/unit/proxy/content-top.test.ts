import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeaderCollector } from '../../../src/message/header-collector.ts'
import { withoutStrayLines } from '../../../src/message/stray-lines.ts'
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
  for (const start of ['Subject: x', 'From: u@example.com', 'Fr: x']) {
    const content = Buffer.from(`${start}\r\nFrom u@example.com Mon Sep 14\r\n`)
    expect(new ContentTop(10).push(content)).toBe(content)
  }
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

test('the back end finds every field below our trace field, and the body as it came', () => {
  const mailbox = 'From u@example.com Mon Sep 14 10:00:00 2026\r\n'
  const strays = fc.array(fc.constantFrom(mark, ' fold\r\n', mailbox, `>${mailbox}`), {
    maxLength: 4,
  })
  const fields = 'Subject: a\r\n\tb\r\nX-Y: 1\r\n'
  fc.assert(
    fc.property(strays, fc.boolean(), (above, cutUp) => {
      // A mark is one only at the very top.
      const top = above.filter((stray, at) => stray !== mark || at === 0).join('')
      const content = `${top}${fields}${mailbox}\r\n body\r\n`
      const trace = 'Received: from x\r\n'
      const collector = new HeaderCollector(1000)
      const below = trace + passed(cutUp ? Array.from(content) : [content])
      const progress = collector.push(Buffer.from(below, 'latin1'))
      if (progress.kind !== 'complete') throw new Error('the header has no end')
      const { header, body } = progress
      expect(withoutStrayLines(header).bytes.toString('latin1')).toBe(trace + fields)
      expect(body.toString('latin1')).toBe('\r\n body\r\n')
    }),
  )
})
