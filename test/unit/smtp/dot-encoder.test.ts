import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DotEncoder } from '../../../src/smtp/dot-encoder.ts'

function encode(...chunks: readonly string[]): string {
  const encoder = new DotEncoder()
  const encoded = chunks.map((chunk) => encoder.encode(Buffer.from(chunk, 'latin1')))
  return encoded.map((chunk) => chunk.toString('latin1')).join('') + encoder.end()
}

describe('encoding content for DATA', () => {
  test.each([
    ['', '.\r\n'],
    ['a', 'a\r\n.\r\n'],
    ['a\r\n', 'a\r\n.\r\n'],
    ['.', '..\r\n.\r\n'],
    ['a\r\n.\r\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a.b\r\n', 'a.b\r\n.\r\n'],
    ['a\n.\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\n.\r\nMAIL', 'a\r\n..\r\nMAIL\r\n.\r\n'],
    ['a\r\n.\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r.\rb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r', 'a\r\n.\r\n'],
    ['a\r\r\nb', 'a\r\n\r\nb\r\n.\r\n'],
    ['a\r\n\0.\r\n', 'a\r\n\0.\r\n.\r\n'],
  ])('encodes %j', (content, wire) => {
    expect(encode(content)).toBe(wire)
  })

  test('hands clean content through without a copy', () => {
    const chunk = Buffer.from('Subject: x\r\n\r\nbody\r\n')
    expect(new DotEncoder().encode(chunk)).toBe(chunk)
  })

  test('ends only at its end and gives the same for every cut', () => {
    const octets = fc.array(fc.constantFrom('\r', '\n', '.', 'x', '\r\n', '\r\n.\r\n'))
    fc.assert(
      fc.property(octets, fc.nat(), (parts, cut) => {
        const content = parts.join('')
        const at = cut % (content.length + 1)
        const wire = encode(content)
        expect(encode(content.slice(0, at), content.slice(at))).toBe(wire)
        expect(`\r\n${wire}`.indexOf('\r\n.\r\n')).toBe(wire.length - 3)
        expect(/\r(?!\n)|(?<!\r)\n/.test(wire)).toBe(false)
      }),
    )
  })
})
