import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ReplyReader } from '../../../src/smtp/reply-reader.ts'

function read(text: string) {
  const reader = new ReplyReader()
  const replies = reader.push(Buffer.from(text))
  return { reader, replies }
}

describe('reading replies', () => {
  test.each([
    ['250 OK\r\n', { code: 250, lines: ['OK'] }],
    ['250\r\n', { code: 250, lines: [''] }],
    ['250 OK\n', { code: 250, lines: ['OK'] }],
    ['550 5.1.1 User unknown\r\n', { code: 550, enhanced: '5.1.1', lines: ['User unknown'] }],
    ['221 2.0.0\r\n', { code: 221, enhanced: '2.0.0', lines: [''] }],
    ['250-a\r\n250-SIZE 10\r\n250 b\r\n', { code: 250, lines: ['a', 'SIZE 10', 'b'] }],
    ['550-5.7.1 no\r\n550 5.7.1 way\r\n', { code: 550, enhanced: '5.7.1', lines: ['no', 'way'] }],
    ['550-5.7.1 no\r\n550 way\r\n', { code: 550, enhanced: '5.7.1', lines: ['no', 'way'] }],
    ['550-no\r\n550 5.7.1 way\r\n', { code: 550, enhanced: '5.7.1', lines: ['no', 'way'] }],
    ['220-a\r\n521 5.7.1 b\r\n', { code: 521, enhanced: '5.7.1', lines: ['a', 'b'] }],
    ['450-\r\n550 5.1.1 no\r\n', { code: 550, enhanced: '5.1.1', lines: ['', 'no'] }],
    ['550-5.1.1 no\r\n250 OK\r\n', { code: 250, lines: ['5.1.1 no', 'OK'] }],
    [
      '450-4.2.0 a\r\n550-5.1.1 b\r\n550 c\r\n',
      { code: 550, enhanced: '5.1.1', lines: ['4.2.0 a', 'b', 'c'] },
    ],
    ['250-a\r\n251 b\r\n', { code: 251, lines: ['a', 'b'] }],
    ['250 a\x1b[31m\x00b\r\n', { code: 250, lines: ['a [31m b'] }],
    ['250 5.1.1.2 is no code\r\n', { code: 250, lines: ['5.1.1.2 is no code'] }],
  ])('reads %j', (text, reply) => {
    const { reader, replies } = read(text)
    expect(replies).toEqual([reply])
    expect(reader.fault).toBeUndefined()
    expect(reader.midReply).toBe(false)
  })

  test.each([
    'HTTP/1.1 400 Bad Request\r\n',
    '25 OK\r\n',
    '250OK\r\n',
    '150 hm\r\n',
    '\r\n',
    '250-a\r\n199 b\r\n',
    '250-a\r\nb\r\n',
    `250 ${'x'.repeat(5000)}\r\n`,
    'x'.repeat(5000),
    '250-more\r\n'.repeat(257),
    '250-more\r\n550-more\r\n'.repeat(129),
  ])('finds no reply in %.20j', (text) => {
    const { reader, replies } = read(text)
    expect(replies).toEqual([])
    expect(reader.fault).toBeDefined()
    expect(reader.push(Buffer.from('250 OK\r\n'))).toEqual([])
  })

  test('reads the same however the octets arrive', () => {
    const text = '220 a\r\n250-5.0.0 b\r\n250-c\r\n550 5.0.0 d\r\n354\r\n421 4.2.1 e\r\n'
    const whole = read(text).replies
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const reader = new ReplyReader()
        const bounds = [0, ...cuts.toSorted((a, b) => a - b), text.length]
        const replies = bounds.flatMap((from, at) =>
          reader.push(Buffer.from(text.slice(from, bounds[at + 1]))),
        )
        expect(replies).toEqual(whole)
      }),
    )
  })

  test('goes by the last line, whatever the lines before it say', () => {
    const code = fc.integer({ min: 200, max: 599 })
    fc.assert(
      fc.property(fc.array(code, { maxLength: 20 }), code, (before, last) => {
        const text = `${before.map((one) => `${one}-x\r\n`).join('')}${last} x\r\n`
        const lines = Array.from({ length: before.length + 1 }, () => 'x')
        expect(read(text).replies).toEqual([{ code: last, lines }])
      }),
    )
  })

  test('finds a fault in octets that hold no reply, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 5000, maxLength: 6000 }), (octets) => {
        const reader = new ReplyReader()
        reader.push(Buffer.from(octets))
        expect(reader.fault).toBeDefined()
      }),
    )
  })

  test('shows each line as it came, and reads what it gets for it', () => {
    const lines: string[] = []
    const reader = new ReplyReader((line) => {
      lines.push(line)
      return line.replace('secret', '***')
    })
    const replies = reader.push(Buffer.from('250-5.0.0 a\r\n250 5.0.0 secret\r\n'))
    expect(lines).toEqual(['250-5.0.0 a', '250 5.0.0 secret'])
    expect(replies).toEqual([{ code: 250, enhanced: '5.0.0', lines: ['a', '***'] }])
  })

  test('knows when a reply is half read', () => {
    expect(read('250-a\r\n').reader.midReply).toBe(true)
    expect(read('25').reader.midReply).toBe(true)
  })
})
