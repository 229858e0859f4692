import { expect, test } from 'vitest'
import { parseMessage } from '../../../../src/agents/host/parse-message.ts'

async function* pieces(text: string, size = 50) {
  await Promise.resolve()
  for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size))
}

const parts = [
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: multipart/alternative; boundary=a',
  '',
  '--a',
  'Content-Type: text/plain; charset=iso-8859-1',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Gr=FC=DFe',
  '--a',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>Hello</p>',
  '--a--',
  '--b',
  'Content-Type: application/x-msdownload',
  'Content-Disposition: attachment; filename="run.exe"',
  'Content-Transfer-Encoding: base64',
  '',
  Buffer.from('MZ12345').toString('base64'),
  '--b--',
  '',
].join('\r\n')

test('gives text, HTML, and what attachments are', async () => {
  const { text, html, attachments } = await parseMessage(pieces(parts))
  expect(text.trim()).toBe('Grüße')
  expect(html).toContain('<p>Hello</p>')
  expect(attachments).toEqual([
    {
      fileName: 'run.exe',
      contentType: 'application/x-msdownload',
      disposition: 'attachment',
      size: 7,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    },
  ])
})

test('of a message that has HTML only the text is made of that', async () => {
  const { text } = await parseMessage(
    pieces('Content-Type: text/html\r\n\r\n<p>Win the <b>lottery</b></p>'),
  )
  expect(text.trim()).toBe('Win the lottery')
})

test('a message that is no MIME is its text', async () => {
  const { text, attachments, html } = await parseMessage(pieces('Subject: x\r\n\r\nplain'))
  expect([text.trim(), attachments, html]).toEqual(['plain', [], undefined])
})

test('tells of a body that cannot be read', async () => {
  async function* broken() {
    await Promise.resolve()
    yield Buffer.from('Subject: x\r\n\r\n')
    throw new Error('no more of it')
  }
  await expect(parseMessage(broken())).rejects.toThrow('no more of it')
})
