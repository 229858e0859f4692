import { expect, test } from 'vitest'
import { OutboundFilter } from '../../../src/pipeline/outbound-filter.ts'

function filtered(pieces: readonly string[]): string {
  const filter = new OutboundFilter('Anonymous')
  const out = pieces.map((piece) => filter.push(Buffer.from(piece, 'latin1')))
  return Buffer.concat([...out, filter.end()]).toString('latin1')
}

const inner = 'X-MS-Exchange-Organization-SCL: 1\r\n folded\r\n'

test.each([
  [
    'a guarded field',
    `A: 1\r\n${inner}B: 2\r\n\r\n${inner}body\xff`,
    `A: 1\r\nB: 2\r\n\r\n${inner}body\xff`,
  ],
  ['nothing guarded', 'A: 1\r\n\r\nbody', 'A: 1\r\n\r\nbody'],
  ['a header alone', `A: 1\r\n${inner}`, 'A: 1\r\n'],
  ['a missing separator', `${inner}body of text`, 'body of text'],
  ['nothing', '', ''],
])('content with %s, however it is cut up', (_, content, expected) => {
  expect(filtered([content])).toBe(expected)
  expect(filtered(Array.from(content))).toBe(expected)
})

test('a piece without guarded fields passes uncopied', () => {
  const piece = Buffer.from('A: 1\r\n\r\nbody')
  const filter = new OutboundFilter('Anonymous')
  expect(filter.push(piece)).toBe(piece)
  expect(filter.push(piece)).toBe(piece)
})
