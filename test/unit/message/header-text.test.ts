import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  asciiText,
  decodeHeaderText,
  encodeHeaderText,
  foldText,
  plainText,
  shortened,
} from '../../../src/message/header-text.ts'

describe('decoding encoded words', () => {
  test.each([
    ['plain text', 'plain text'],
    ['=?utf-8?B?w6k=?=', 'é'],
    ['=?iso-8859-1?Q?caf=E9_au_lait?=', 'café au lait'],
    ['a =?utf-8?Q?=C3=A9?= b', 'a é b'],
    ['=?utf-8?Q?a?= =?utf-8?Q?b?=', 'ab'],
    ['=?utf-8*en?Q?a?=', 'a'],
    ['=?no-such-charset?Q?a?=', '=?no-such-charset?Q?a?='],
    ['=?utf-8?X?a?=', '=?utf-8?X?a?='],
  ])('%s', (value, text) => {
    expect(decodeHeaderText(value)).toBe(text)
  })
})

describe('encoding a subject', () => {
  test('leaves short ASCII alone', () => {
    expect(encodeHeaderText('Undeliverable: Hello')).toBe('Undeliverable: Hello')
  })

  test('encodes text that looks like an encoded word', () => {
    expect(encodeHeaderText('=?utf-8?Q?x?=')).toBe('=?utf-8?B?PT91dGYtOD9RP3g/PQ==?=')
  })

  test('no decoded line end can begin another field', () => {
    const decoded = decodeHeaderText('=?utf-8?B?aGkNCkJjYzogZXZlQGV4YW1wbGUuY29t?=')
    expect(decoded).toContain('\r\n')
    expect(encodeHeaderText(decoded)).toBe('hi  Bcc: eve@example.com')
  })

  test('cuts long text into words of whole characters', () => {
    const text = `Undeliverable: ${'é😀'.repeat(60)}`
    const lines = encodeHeaderText(text).split('\r\n ')
    expect(lines.length).toBeGreaterThan(5)
    for (const line of lines) {
      expect(line).toMatch(/^=\?utf-8\?B\?.*\?=$/)
      expect(line.length).toBeLessThanOrEqual(75)
      expect(decodeHeaderText(line)).not.toContain('\ufffd')
    }
    expect(decodeHeaderText(lines.join(' '))).toBe(text)
  })

  test('folds every line below 76 octets, reads back, and holds no control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300, size: 'max' }), (text) => {
        const encoded = encodeHeaderText(text)
        expect(encoded).toMatch(/^(?:[\x20-\x7e]|\r\n )*$/)
        if (encoded.includes('=?utf-8?B?')) {
          for (const line of encoded.split('\r\n ')) expect(line.length).toBeLessThanOrEqual(75)
          const unfolded = encoded.replace(/\r\n(?= )/g, '')
          expect(decodeHeaderText(unfolded)).toBe(plainText(text, Infinity))
        }
      }),
    )
  })
})

test('plain text loses controls and what reorders it, and is cut', () => {
  expect(plainText('a\r\nb\u202ec', 100)).toBe('a  b c')
  expect(plainText('abcdef', 3)).toBe('abc')
})

test('ASCII text shows one question mark for each other character', () => {
  expect(asciiText('é😀x', 10)).toBe('??x')
})

test('folds at blanks only', () => {
  expect(foldText('aaaa bbbb', 74)).toBe('aaaa\r\n bbbb')
  expect(foldText('x'.repeat(200), 10)).toBe('x'.repeat(200))
})

describe('a text that is shortened', () => {
  test.each([
    ['short', 10, 'short'],
    ['a little longer than the limit', 10, 'a little longer than the limit'],
    ['x'.repeat(100), 10, `${'x'.repeat(10)} [... 90 more characters]`],
    [`${'x'.repeat(9)}${'😀'.repeat(50)}`, 10, `${'x'.repeat(9)} [... 100 more characters]`],
  ])('%j to %i', (text, limit, expected) => {
    expect(shortened(text, limit)).toBe(expected)
  })
})

test('a word that no line can hold is folded, and loses nothing', () => {
  const word = `${'x'.repeat(899)}${'😀'.repeat(1000)}`
  const folded = foldText(`a ${word} b`, 10)
  expect(folded.replaceAll('\r\n ', ' ').replaceAll(' ', '')).toBe(`a${word}b`)
  for (const line of folded.split('\r\n')) expect(line.length).toBeLessThan(1900)
  expect(folded.isWellFormed()).toBe(true)
})
