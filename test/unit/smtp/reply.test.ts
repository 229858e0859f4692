import { describe, expect, test } from 'vitest'
import { formatReply, isPositive, isTransient, reply, replyText } from '../../../src/smtp/reply.ts'

test.each([
  ['250 2.1.0 Sender OK', { code: 250, enhanced: '2.1.0', lines: ['Sender OK'] }],
  ['354 Start', { code: 354, lines: ['Start'] }],
  ['334 ', { code: 334, lines: [''] }],
  ['220', { code: 220, lines: [''] }],
])('%j is a reply', (text, expected) => {
  expect(reply(text)).toEqual(expected)
})

test.each(['', 'OK', '25 OK', '250-OK'])('%j is none', (text) => {
  expect(() => reply(text)).toThrow(RangeError)
})

test('a reply is positive, transient or permanent by its code', () => {
  const kinds = [250, 354, 421, 550].map((code) => {
    const answer = { code, lines: [''] }
    return [isPositive(answer), isTransient(answer)]
  })
  expect(kinds).toEqual([
    [true, false],
    [true, false],
    [false, true],
    [false, false],
  ])
})

describe('on the wire', () => {
  const answer = { code: 250, enhanced: '2.0.0', lines: ['one', 'two\r\n250 three'] }

  test('each line has code and enhanced code, and no text splits it', () => {
    expect(formatReply(answer)).toBe('250-2.0.0 one\r\n250 2.0.0 two  250 three\r\n')
  })

  test('the enhanced code is left out where it is not announced', () => {
    expect(formatReply(answer, false)).toBe('250-one\r\n250 two  250 three\r\n')
  })
})

test('for people a reply is one line', () => {
  expect(replyText({ code: 550, enhanced: '5.1.1', lines: ['User', 'unknown'] })).toBe(
    '550 5.1.1 User unknown',
  )
  expect(replyText({ code: 220, lines: [''] })).toBe('220')
})
