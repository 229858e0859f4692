import { describe, expect, test } from 'vitest'
import {
  isSafePath,
  mailCommand,
  messageMisfit,
  rcptCommand,
} from '../../../../src/deliver/smtp/envelope-commands.ts'

const capabilities = (...names: string[]) =>
  new Map(names.map((name) => [name.split(' ')[0] ?? '', name.split(' ')[1] ?? '']))
const message = {
  size: 500,
  envelope: {
    sender: 'a@edge.test',
    body: '8BITMIME',
    smtpUtf8: false,
    returnContent: 'FULL',
    envelopeId: 'x+2By',
  },
} as const

describe('MAIL and RCPT', () => {
  test('say nothing that was not offered', () => {
    expect(mailCommand(message, capabilities(), true)).toBe('MAIL FROM:<a@edge.test>')
    const recipient = { address: 'b@good.test', notify: ['NEVER'] } as const
    expect(rcptCommand(recipient, capabilities())).toBe('RCPT TO:<b@good.test>')
  })

  test('leave a parameter out that would not stay one', () => {
    const envelope = { ...message.envelope, envelopeId: 'x RET=HDRS' }
    expect(mailCommand({ ...message, envelope }, capabilities('DSN'), false)).toBe(
      'MAIL FROM:<a@edge.test> RET=FULL',
    )
    const recipient = { address: 'b@good.test', originalRecipient: 'rfc822;a\r\nDATA' }
    expect(rcptCommand(recipient, capabilities('DSN'))).toBe('RCPT TO:<b@good.test>')
  })

  test.each([
    ['rfc822;a+FF+2B@first.test', 'rfc822;a+FF+2B@first.test'],
    ['utf-8;gr\\x{E5}@first.test', 'utf-8;gr\\x{E5}@first.test'],
    ['utf-8;grå\u{1F600}@first.test', 'utf-8;gr\\x{E5}\\x{1F600}@first.test'],
  ])('pass the original recipient %s on as any peer takes it', (originalRecipient, sent) => {
    const recipient = { address: 'b@good.test', originalRecipient }
    const command = rcptCommand(recipient, capabilities('DSN'))
    expect(command).toBe(`RCPT TO:<b@good.test> ORCPT=${sent}`)
  })

  test('leave out an original recipient that became too long for a peer', () => {
    const recipient = { address: 'b@good.test', originalRecipient: `utf-8;${'å'.repeat(100)}` }
    expect(rcptCommand(recipient, capabilities('DSN'))).toBe('RCPT TO:<b@good.test>')
  })

  test.each([
    ['SIZE 499', '5.3.4'],
    ['SIZE 500', undefined],
    ['SIZE 0', undefined],
    ['SIZE', undefined],
    ['SIZE many', undefined],
  ])('stop a message of 500 octets at %s: %s', (offer, code) => {
    expect(messageMisfit(message, capabilities(offer))?.enhanced).toBe(code)
  })
})

test.each([
  ['user@good.test', true],
  ['', true],
  ['"a b>c"@good.test', true],
  ['"a\\"b"@good.test', true],
  ['user@[192.0.2.1]', true],
  ['a b@good.test', false],
  ['a>b@good.test', false],
  ['"a@good.test', false],
  ['"a"b c@good.test', false],
  ['a@good.test\r\nDATA', false],
  ['"a\nb"@good.test', false],
])('%j may stand between angle brackets: %s', (address, safe) => {
  expect(isSafePath(address)).toBe(safe)
})
