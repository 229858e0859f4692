import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NotifyCondition } from '../../../src/message/envelope.ts'
import { HeaderBlock } from '../../../src/message/header-block.ts'
import { replayHeader } from '../../../src/message/replay-file.ts'
import { readReplayFile } from '../../../src/message/replay-file-reader.ts'

const read = (...lines: string[]) =>
  readReplayFile(new HeaderBlock(Buffer.from(lines.map((line) => `${line}\r\n`).join(''))))

const sender = 'X-Sender: <bob@fabrikam.example>'
const receiver = 'X-Receiver: <mary@contoso.example>'

describe('a Replay file', () => {
  test('has its envelope in X-headers, with the parameters of MAIL and RCPT', async () => {
    expect(
      await read(
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

  test('says little where it says nothing', async () => {
    expect(await read('X-Sender: <>', receiver, 'Subject: hi')).toMatchObject({
      envelope: { sender: '', body: '7BIT', smtpUtf8: false },
      recipients: [{ address: 'mary@contoso.example' }],
      createdBy: 'Unspecified',
      helloName: '',
      source: 'Replay',
      sourceAddress: '0.0.0.0',
    })
  })

  test('keeps in its header what stands behind other fields', async () => {
    expect(
      await read(sender, receiver, 'Subject: hi', 'X-Receiver: <eve@example.net>'),
    ).toMatchObject({
      recipients: [{ address: 'mary@contoso.example' }],
    })
  })

  test('needs SMTPUTF8 for an address beyond ASCII', async () => {
    expect(await read(sender, 'X-Receiver: <jörg@bücher.example>')).toMatchObject({
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
  ])('is refused with %s', async (_, lines, reason) => {
    expect(await read(...lines)).toBe(reason)
  })
})

test('what is written of an envelope is read again', async () => {
  const xtext = fc.stringMatching(/^[!-*,-<>-~]{1,20}$/)
  const address = fc.constantFrom(
    'a@x.example',
    '"a b"@x.example',
    'jörg@bücher.example',
    'a@[192.0.2.1]',
  )
  const recipient = fc.record(
    {
      address,
      notify: fc.constantFrom<NotifyCondition[]>(
        ['NEVER'],
        ['SUCCESS', 'FAILURE', 'DELAY'],
        ['DELAY'],
      ),
      originalRecipient: xtext.map((text) => `rfc822;${text}`),
    },
    { requiredKeys: ['address'] },
  )
  const envelope = fc.record(
    {
      sender: fc.oneof(fc.constant(''), address),
      body: fc.constantFrom('7BIT', '8BITMIME', 'BINARYMIME'),
      smtpUtf8: fc.constant(true),
      returnContent: fc.constantFrom('FULL', 'HDRS'),
      envelopeId: xtext,
    },
    { requiredKeys: ['sender', 'body', 'smtpUtf8'] },
  )
  await fc.assert(
    fc.asyncProperty(envelope, fc.array(recipient, { minLength: 1 }), async (given, recipients) => {
      const file = { envelope: given, recipients }
      const head = replayHeader({ ...file, createdBy: 'MSExchange15', source: 'SMTP:In' })
      const content = Buffer.concat([head, Buffer.from('X-Sender: <b@x.example>\r\n')])
      expect(await readReplayFile(new HeaderBlock(content))).toEqual({
        ...file,
        createdBy: 'MSExchange15',
        source: 'SMTP:In',
        helloName: '',
        sourceAddress: '0.0.0.0',
        header: new HeaderBlock(Buffer.from('X-Sender: <b@x.example>\r\n')),
      })
    }),
  )
})
