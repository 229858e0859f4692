import { expect, test } from 'vitest'
import { composeMessage } from '../../../src/message/composed-message.ts'

const mail = {
  from: 'postmaster@contoso.example',
  to: 'chris@contoso.example',
  subject: 'Test-MailFlow',
  messageId: '<1@edge01.contoso.example>',
  date: 0,
  text: 'A test message of EDGE01.',
}

test('a message of the relay has what each message must have', async () => {
  const lines = (await composeMessage(mail)).toString().split('\r\n')
  expect(lines.slice(0, 5)).toEqual([
    'From: postmaster@contoso.example',
    'To: chris@contoso.example',
    'Subject: Test-MailFlow',
    'Message-ID: <1@edge01.contoso.example>',
    'Date: Thu, 01 Jan 1970 00:00:00 +0000',
  ])
  expect(lines.slice(-3)).toEqual(['', 'A test message of EDGE01.', ''])
  expect(lines.join('')).not.toMatch(/[\r\n]/)
})

test('what is no ASCII is encoded, and no value can begin a field of its own', async () => {
  const text = (
    await composeMessage({ ...mail, subject: 'Grüße\r\nBcc: eve@x.example', text: 'Grüße' })
  ).toString()
  expect(text).toMatch(/^[\x00-\x7f]*$/)
  expect(text).not.toMatch(/^Bcc/m)
})
