import { describe, expect, test } from 'vitest'
import { HeaderBlock } from '../../../src/message/header-block.ts'
import { readPickupFile, withoutBlindCopies } from '../../../src/pickup/pickup-file.ts'

const block = (...lines: string[]) =>
  new HeaderBlock(Buffer.from(lines.map((line) => `${line}\r\n`).join('')))
const read = (...lines: string[]) => {
  const result = readPickupFile(block(...lines), 3)
  return typeof result === 'string'
    ? result
    : [result.envelope.sender, ...result.recipients.map(({ address }) => address)]
}

const to = 'To: mary@contoso.example'

describe('the envelope of a Pickup file', () => {
  test.each([
    ['From alone', ['From: bob@fabrikam.example', to], 'bob@fabrikam.example'],
    ['Sender alone', ['Sender: bob@fabrikam.example', to], 'bob@fabrikam.example'],
    [
      'From before Sender where both are single',
      ['From: bob@fabrikam.example', 'Sender: ann@fabrikam.example', to],
      'bob@fabrikam.example',
    ],
    [
      'Sender where From has several',
      ['From: bob@fabrikam.example, joe@fabrikam.example', 'Sender: ann@fabrikam.example', to],
      'ann@fabrikam.example',
    ],
  ])('has the sender of %s', (_, lines, sender) => {
    expect(read(...lines)).toEqual([sender, 'mary@contoso.example'])
  })

  test('has the recipients of To, Cc and Bcc', () => {
    const from = 'From: "Bob, B." <bob@fabrikam.example>'
    expect(
      read(from, 'Bcc: c@contoso.example', 'To: G: a@contoso.example;', 'Cc: <b@x.example>'),
    ).toEqual(['bob@fabrikam.example', 'c@contoso.example', 'a@contoso.example', 'b@x.example'])
  })

  test.each([
    ['no sender', [to], 'there is no address in From or Sender'],
    [
      'several senders',
      ['Sender: a@x.example, b@x.example', to],
      'Sender has more than one address',
    ],
    [
      'several authors and no sender',
      ['From: a@x.example, b@x.example', to],
      'From has more than one address and there is no Sender',
    ],
    ['no recipient', ['From: a@x.example', 'To: G:;'], 'there is no address in To, Cc or Bcc'],
    [
      'a recipient without an address',
      ['From: a@x.example', 'To: mary@contoso.example, The Boss'],
      'to has no address where it says "The Boss"',
    ],
    [
      'a recipient that SMTP cannot say',
      ['From: a@x.example', 'To: a..b@-contoso.example'],
      'to has no address where it says "a..b@-contoso.example"',
    ],
    [
      'too many recipients',
      ['From: a@x.example', 'To: a@x.example, b@x.example', 'Cc: c@x.example, d@x.example'],
      'there are 4 recipients, more than PickupDirectoryMaxRecipientsPerMessage (3)',
    ],
  ])('is refused with %s', (_, lines, reason) => {
    expect(read(...lines)).toBe(reason)
  })

  test('takes more than ASCII, and says that it needs SMTPUTF8', () => {
    const result = readPickupFile(block('From: bob@fabrikam.example', 'To: jörg@bücher.example'), 3)
    expect(result).toMatchObject({
      envelope: { smtpUtf8: true },
      recipients: [{ address: 'jörg@bücher.example' }],
    })
  })
})

describe('the header that is sent', () => {
  const sent = (...lines: string[]) =>
    Buffer.concat(withoutBlindCopies(block(...lines))).toString('latin1')

  test('has no Bcc', () => {
    expect(sent('Bcc: a@x.example', to, 'BCC: b@x.example,', ' c@x.example', 'X: y')).toBe(
      `${to}\r\nX: y\r\n`,
    )
  })

  test('says that recipients are undisclosed where there were no others', () => {
    expect(sent('From: a@x.example', 'Bcc: b@x.example')).toBe(
      'From: a@x.example\r\nTo: Undisclosed Recipients:;\r\n',
    )
  })
})
