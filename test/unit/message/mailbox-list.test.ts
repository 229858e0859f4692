import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mailboxesIn } from '../../../src/message/mailbox-list.ts'

const addresses = (value: string) => mailboxesIn(Buffer.from(value)).map(({ address }) => address)

describe('the mailboxes of a field', () => {
  test.each([
    ['a@contoso.example', ['a@contoso.example']],
    [' A B <a@contoso.example>, b@contoso.example', ['a@contoso.example', 'b@contoso.example']],
    ['"Doe, John" <j@contoso.example>', ['j@contoso.example']],
    ['"a@other.example" <j@contoso.example>', ['j@contoso.example']],
    ['a@other.example <j@contoso.example>', ['j@contoso.example']],
    ['Team: a@contoso.example, B <b@contoso.example>;', ['a@contoso.example', 'b@contoso.example']],
    ['undisclosed-recipients:;', []],
    ['(to, us) a@contoso.example (the (inner, b@x.example) one)', ['a@contoso.example']],
    ['a (local) @ contoso . example', ['a@contoso.example']],
    ['<@relay.example,@other.example:a@contoso.example>', ['a@contoso.example']],
    ['"a b"@contoso.example', ['"a b"@contoso.example']],
    ['a@[IPv6:2001:db8::1]', ['a@[IPv6:2001:db8::1]']],
    ['=?utf-8?Q?J=C3=B6rg?= <joerg@contoso.example>', ['joerg@contoso.example']],
    ['jörg@bücher.example', ['jörg@bücher.example']],
    ['a@contoso.example,\r\n\tb@contoso.example', ['a@contoso.example', 'b@contoso.example']],
    ['', []],
    [' , ,', []],
    ['Just A Name', [undefined]],
    ['A Name a@contoso.example', [undefined]],
    ['A <>', []],
    ['"open a@contoso.example', [undefined]],
    ['<a@contoso.example', ['a@contoso.example']],
  ])('%j', (value, expected) => {
    expect(addresses(value)).toEqual(expected)
  })

  test('are where they are said to be', () => {
    const value = Buffer.from('é (x) <a@contoso.example>, b@contoso.example')
    const spelled = mailboxesIn(value).map(({ start, end }) => value.toString('utf8', start, end))
    expect(spelled).toEqual(['a@contoso.example', 'b@contoso.example'])
  })

  test('are found in any text, in order and within it', () => {
    const pieces = fc.constantFrom(
      'a',
      '@',
      'b.c',
      '<',
      '>',
      '(',
      ')',
      '"',
      '\\',
      ',',
      ':',
      ';',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const octets = Buffer.from(parts.join(''))
        let last = 0
        for (const { start, end } of mailboxesIn(octets)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeLessThanOrEqual(octets.length)
          expect(end).toBeGreaterThanOrEqual(start)
          last = end
        }
      }),
    )
  })

  test('of a hostile field cost no more than their length', () => {
    for (const piece of ['(', '<', '"', '"\\', 'a@', 'a@b,', '(a', ':', '@a,']) {
      // What grows with the square takes minutes of this.
      const field = Buffer.from(piece.repeat(200_000 / piece.length))
      expect(mailboxesIn(field)).toBeDefined()
    }
  })
})
