import { expect, test } from 'vitest'
import { type ReplayEnvelope, replayHeader } from '../../../src/message/replay-file.ts'

const plain: ReplayEnvelope = {
  envelope: { sender: 'bob@fabrikam.test', body: '7BIT', smtpUtf8: false },
  recipients: [{ address: 'mary@contoso.test' }],
  createdBy: 'MSExchange15',
}

const linesOf = (file: ReplayEnvelope) => replayHeader(file).toString().split('\r\n')

test('names sender, recipients and creator, and counts the octets before its last line', () => {
  const fields =
    'X-Sender: <bob@fabrikam.test> BODY=7BIT\r\nX-Receiver: <mary@contoso.test>\r\nX-CreatedBy: MSExchange15\r\n'
  expect(replayHeader(plain).toString()).toBe(
    `${fields}X-EndOfInjectedXHeaders: ${fields.length}\r\n`,
  )
})

test('keeps what MAIL and RCPT asked for', () => {
  const lines = linesOf({
    ...plain,
    envelope: {
      sender: '',
      body: '8BITMIME',
      smtpUtf8: true,
      returnContent: 'HDRS',
      envelopeId: '12345ABCD',
    },
    recipients: [
      { address: 'a@x.test', notify: ['NEVER'] },
      { address: 'b@x.test', notify: ['SUCCESS', 'DELAY'], originalRecipient: 'rfc822;c@x.test' },
    ],
  })
  expect(lines.slice(0, 3)).toEqual([
    'X-Sender: <> BODY=8BITMIME RET=HDRS ENVID=12345ABCD SMTPUTF8',
    'X-Receiver: <a@x.test> NOTIFY=NEVER',
    'X-Receiver: <b@x.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c@x.test',
  ])
})

test('no text that a client chose begins a line of its own', () => {
  const lines = linesOf({
    ...plain,
    envelope: { ...plain.envelope, envelopeId: 'x\r\nX-CreatedBy: me' },
    heloDomain: 'a\r\nX-Receiver: <evil@x.test>',
    source: 'SMTP:In',
    sourceAddress: '192.0.2.1',
  })
  expect(lines).toEqual([
    'X-Sender: <bob@fabrikam.test> BODY=7BIT',
    'X-Receiver: <mary@contoso.test>',
    'X-CreatedBy: MSExchange15',
    'X-HeloDomain: aX-Receiver: <evil@x.test>',
    'X-Source: SMTP:In',
    'X-SourceIPAddress: 192.0.2.1',
    expect.stringMatching(/^X-EndOfInjectedXHeaders: \d+$/),
    '',
  ])
})
