import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CrlfLines } from '../../../src/dsn/crlf-lines.ts'

test('leaves CRLF content as the same buffer', () => {
  const content = Buffer.from('a\r\nb\r\n')
  expect(new CrlfLines().push(content)).toBe(content)
})

test('every bare CR and LF becomes CRLF, however the content is cut up', () => {
  const token = fc.constantFrom('\r', '\n', '\r\n', 'x', '.')
  fc.assert(
    fc.property(fc.array(fc.array(token).map((tokens) => tokens.join(''))), (pieces) => {
      const lines = new CrlfLines()
      const out = [...pieces.map((piece) => lines.push(Buffer.from(piece))), lines.end()]
      const expected = pieces.join('').replace(/\r\n|\r|\n/g, '\r\n')
      expect(Buffer.concat(out).toString()).toBe(expected)
    }),
  )
})
