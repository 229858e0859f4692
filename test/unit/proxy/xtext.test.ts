import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeXtext, encodeXtext } from '../../../src/proxy/xtext.ts'

describe('xtext', () => {
  test.each([
    ['mail.example', 'mail.example'],
    ['', ''],
    ['a+b=c', 'a+2Bb+3Dc'],
    ['with space', 'with+20space'],
    ['CORP\\ana', 'CORP\\ana'],
    ['jürg', 'j+C3+BCrg'],
    ['\u0000\r\n', '+00+0D+0A'],
  ])('writes %j as %j and reads it back', (text, xtext) => {
    expect(encodeXtext(text)).toBe(xtext)
    expect(decodeXtext(xtext)).toBe(text)
  })

  test.each(['a b', 'a=b', '+2b', '+2', '+', 'é', '+FF', 'a\u0007'])('refuses %j', (text) => {
    expect(decodeXtext(text)).toBeUndefined()
  })

  test('carries any text through a command word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const xtext = encodeXtext(text)
        expect(xtext).toMatch(/^[!-~]*$/)
        expect(decodeXtext(xtext)).toBe(text)
      }),
    )
  })
})
