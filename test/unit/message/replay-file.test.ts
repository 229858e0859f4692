import { describe, expect, test } from 'vitest'
import { HeaderBlock } from '../../../src/message/header-block.ts'
import { type ReplayFile, readReplayFile, replayHeader } from '../../../src/message/replay-file.ts'

const read = (...lines: string[]) =>
  readReplayFile(new HeaderBlock(Buffer.from(lines.map((line) => `${line}\r\n`).join(''))))

const sender = 'X-Sender: <bob@fabrikam.example>'
const receiver = 'X-Receiver: <mary@contoso.example>'

describe('a Replay file', () => {
  test('has its envelope in X-headers, with the parameters of MAIL and RCPT', () => {
    expect(
      read(
        'X-Sender: <bob@fabrikam.example> BODY=8bitmime RET=HDRS ENVID=12345ABCD auth=<someone>',
        'X-Receiver: <mary@contoso.example> NOTIFY=NEVER ORcpt=rfc822;m+2By@contoso.example',
        'X-Receiver: joe@contoso.example ORcpt=j+o=e@contoso.example NOTIFY=SUCCESS,DELAY',
        'X-CreatedBy: MSExchange15',
        'X-HeloDomain: mail.fabrikam.example',
        'X-Source: SMTP:From Internet',
        'X-SourceIPAddress: 192.0.2.7',
        'X-EndOfInjectedXHeaders: 400',
        'Subject: hi',
        'X-Sender: <mallory@example.net>',
      ),
    ).toMatchObject({
      envelope: {
        sender: 'bob@fabrikam.example',
        body: '8BITMIME',
        smtpUtf8: false,
        returnContent: 'HDRS',
        envelopeId: '12345ABCD',
      },
      recipients: [
        {
          address: 'mary@contoso.example',
          notify: ['NEVER'],
          originalRecipient: 'rfc822;m+2By@contoso.example',
        },
        {
          address: 'joe@contoso.example',
          notify: ['SUCCESS', 'DELAY'],
          originalRecipient: 'rfc822;j+2Bo+3De@contoso.example',
        },
      ],
      createdBy: 'MSExchange15',
      helloName: 'mail.fabrikam.example',
      source: 'SMTP:From Internet',
      sourceAddress: '192.0.2.7',
      header: { bytes: Buffer.from('Subject: hi\r\nX-Sender: <mallory@example.net>\r\n') },
    })
  })

  test('says little where it says nothing', () => {
    expect(read('X-Sender: <>', receiver, 'Subject: hi')).toMatchObject({
      envelope: { sender: '', body: '7BIT', smtpUtf8: false },
      recipients: [{ address: 'mary@contoso.example' }],
      createdBy: 'Unspecified',
      helloName: '',
      source: 'Replay',
      sourceAddress: '0.0.0.0',
    })
  })

  test('keeps in its header what stands behind other fields', () => {
    expect(read(sender, receiver, 'Subject: hi', 'X-Receiver: <eve@example.net>')).toMatchObject({
      recipients: [{ address: 'mary@contoso.example' }],
    })
  })

  test('needs SMTPUTF8 for an address beyond ASCII', () => {
    expect(read(sender, 'X-Receiver: <jörg@bücher.example>')).toMatchObject({
      envelope: { smtpUtf8: true },
    })
  })

  test.each([
    ['no sender', [receiver], 'there is no X-Sender'],
    ['two senders', [sender, sender, receiver], 'there is more than one X-Sender'],
    ['no recipient', [sender, 'Subject: hi'], 'there is no X-Receiver'],
    ['a sender that is none', ['X-Sender: bob', receiver], 'X-Sender is no sender: bob'],
    ['a recipient that is none', [sender, 'X-Receiver: <>'], 'X-Receiver is no recipient: <>'],
    [
      'a parameter that is none',
      [sender, 'X-Receiver: <a@x.example> NOTIFY=SOMETIMES'],
      'X-Receiver is no recipient: <a@x.example> NOTIFY=SOMETIMES',
    ],
    ['an empty creator', [sender, receiver, 'X-CreatedBy:'], 'X-CreatedBy is empty'],
    [
      'a source that is no address',
      [sender, receiver, 'X-SourceIPAddress: here'],
      'X-SourceIPAddress is no address: here',
    ],
  ])('is refused with %s', (_, lines, reason) => {
    expect(read(...lines)).toBe(reason)
  })
})

const plain: Omit<ReplayFile, 'header'> = {
  envelope: { sender: 'bob@fabrikam.test', body: '7BIT', smtpUtf8: false },
  recipients: [{ address: 'mary@contoso.test' }],
  createdBy: 'MSExchange15',
  helloName: '',
  source: '',
  sourceAddress: '',
}

const linesOf = (file: typeof plain) => replayHeader(file).toString().split('\r\n')

describe('what is written', () => {
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
      helloName: 'a\r\nX-Receiver: <evil@x.test>',
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

  test('is read as it was meant', () => {
    const file = {
      ...plain,
      envelope: { sender: '', body: '8BITMIME', smtpUtf8: true, returnContent: 'FULL' } as const,
      recipients: [{ address: 'jörg@x.test', notify: ['SUCCESS', 'FAILURE'] as const }],
      helloName: 'client.test',
      source: 'SMTP:Default EDGE01',
      sourceAddress: '192.0.2.1',
    }
    const whole = Buffer.concat([replayHeader(file), Buffer.from('Subject: hi\r\n')])
    expect(readReplayFile(new HeaderBlock(whole))).toEqual({
      ...file,
      header: new HeaderBlock(Buffer.from('Subject: hi\r\n')),
    })
  })
})
