import { describe, expect, test } from 'vitest'
import { NotingSession } from '../../../support/noting-session.ts'

const mail = 'MAIL FROM:<ana@lucerne.example>\r\n'
const rcpt = 'RCPT TO:<ben@contoso.example>\r\n'
const tooMany = /421 4\.7\.0 Too many errors on this connection, closing transmission channel\r\n$/

/** What a session says to these, each sent when the one before was answered, until it ends. */
async function replies(...pieces: readonly string[]) {
  const noting = await NotingSession.greeted({ MaxRecipientsPerMessage: 200 })
  for (const piece of pieces) {
    if (noting.notes.includes('close')) break
    await noting.sendAndWait(Buffer.from(piece, 'latin1'))
  }
  return { said: noting.written.join(''), messages: noting.sink.messages.length }
}

describe('a session that does nothing for mail is ended', () => {
  const openChunk = `${mail}${rcpt}BDAT 1\r\nS`
  test.each([
    ['chunks of an octet', openChunk, 'BDAT 1\r\nx', 1_000],
    ['empty chunks', openChunk, 'BDAT 0\r\n', 1_000],
    ['recipients beyond the limit', mail + rcpt.repeat(200), rcpt, 5_000],
    ['recipients refused', mail, 'RCPT TO:<ben@elsewhere.example>\r\n', 5_000],
    ['messages begun and given up', '', `${mail}RSET\r\n`, 100],
    ['messages with recipients given up', '', `${mail}${rcpt.repeat(3)}RSET\r\n`, 100],
    ['messages given up by a greeting', '', `${mail}HELO client.example\r\n`, 100],
    [
      'senders refused',
      'EHLO client.example\r\n',
      'MAIL FROM:<ana@lucerne.example> SIZE=99999999999\r\n',
      100,
    ],
    ['messages refused at their end', '', `${mail}${rcpt}BDAT 1 LAST\r\n\0`, 100],
    ['greetings', '', 'EHLO client.example\r\n', 100],
    ['NOOP', '', 'NOOP\r\n', 100],
    ['HELP', '', 'HELP\r\n', 100],
    ['VRFY', '', 'VRFY ben\r\n', 100],
    ['verbs that are none', '', 'BOGUS\r\n', 5],
    ['lines without CRLF', '', 'NOOP\n', 5],
    ['empty lines', '', '\r\n', 5],
    ['long lines', '', `${'x'.repeat(13_000)}\r\n`, 5],
    ['verbs out of place', '', rcpt, 5],
    ['STARTTLS with an argument', '', 'STARTTLS now\r\n', 5],
    ['TLS not offered', '', 'X-ANONYMOUSTLS\r\n', 5],
    ['parameters not announced', mail, `${rcpt.trimEnd()} HOLDFOR=1\r\n`, 5],
  ])('for %s', async (_, begin, again, allowed) => {
    const times = (count: number) => Array<string>(count).fill(again)
    const { said } = await replies(begin, ...times(2 * allowed + 20))
    expect(said).toMatch(tooMany)
    const { said: less } = await replies(begin, ...times(Math.floor(allowed * 0.9)))
    expect(less).not.toMatch(/^421/m)
  })
})

describe('a session that leads to mail goes on', () => {
  const data = 'BDAT 9 LAST\r\n\r\nhello\r\n'
  const kilobyte = `BDAT 1024\r\n${'x'.repeat(1022)}\r\n`
  test.each([
    [
      'thousands of recipients in several transactions, all pipelined each time',
      [3000, 2800, 2600].map((count) => mail + rcpt.repeat(count) + data).join(''),
      3,
    ],
    ['10,000 chunks of a kilobyte', `${mail}${rcpt}${kilobyte.repeat(10_000)}BDAT 0 LAST\r\n`, 1],
    [
      'a chunk for each line of a note',
      `${mail}${rcpt}${'BDAT 4\r\nab\r\n'.repeat(800)}BDAT 0 LAST\r\n`,
      1,
    ],
    ['RSET before each of 500 messages', `RSET\r\n${mail}${rcpt}${data}`.repeat(500), 500],
    [
      'two sender checks before each message',
      `${`${mail}${rcpt}RSET\r\n`.repeat(2)}${mail}${rcpt}${data}`.repeat(300),
      300,
    ],
    [
      'a message after 99 NOOPs, many times',
      `${'NOOP\r\n'.repeat(99)}${mail}${rcpt}${data}`.repeat(20),
      20,
    ],
  ])('with %s', async (_, octets, messages) => {
    const result = await replies(octets)
    expect(result.said).not.toMatch(/^421/m)
    expect(result.messages).toBe(messages)
  })
})
