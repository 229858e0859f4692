import { describe, expect, test } from 'vitest'
import { SessionRecords } from '../../../../src/receive/session/session-records.ts'
import { NotingSession } from '../../../support/noting-session.ts'
import { RecordingLog } from '../../../support/receiving-server.ts'

const leftOut = (count: number) =>
  `* |${count} records were left out: the session wrote too many without a message`

describe('the records of a session', () => {
  const records = (maxRecipients = 200, isCrowded = false) => {
    const log = new RecordingLog()
    log.isCrowded = isCrowded
    const own = new SessionRecords(log.session(), maxRecipients)
    const add = (count: number) => {
      for (let at = 0; at < count; at++) own.add('<', 'RCPT', '')
    }
    return { log, own, add }
  }

  test.each([
    ['hold a message with all its recipients', 200, false, 2_400],
    ['hold a message with thousands of recipients', 5_000, false, 12_000],
    ['are bounded for a connector without a limit', Infinity, false, 12_000],
    ['are few while the disk does not keep up', 5_000, true, 100],
  ])('%s', (_, maxRecipients, isCrowded, share) => {
    const { log, own, add } = records(maxRecipients, isCrowded)
    add(share + 7)
    expect(log.records).toHaveLength(share)
    own.renew()
    expect(log.lines.at(-1)).toBe(leftOut(7))
    add(share)
    own.renew()
    expect(log.records).toHaveLength(2 * share + 1)
  })

  test('are all there for a server of ours', () => {
    const { log, own, add } = records(200, true)
    own.lift()
    add(50_000)
    expect(log.records).toHaveLength(50_000)
  })
})

test('a flood is summed up before its end is told, and nothing of others is', async () => {
  const noting = await NotingSession.greeted({ MaxProtocolErrors: 3 })
  const other = noting.log.session()
  await noting.sendAndWait(Buffer.from('MAIL FROM:<ana@lucerne.example>\r\n'))
  for (let count = 0; count < 4_900; count++) {
    await noting.sendAndWait(Buffer.from('RCPT TO:<ben@elsewhere.example>\r\n'))
    other.record('<', 'NOOP')
  }
  while (!noting.notes.includes('close')) {
    await noting.sendAndWait(Buffer.from('RCPT TO:<ben@elsewhere.example>\r\n'))
  }
  noting.session.closed('Local')
  const lines = noting.log.lines
  expect(lines.filter((line) => line === '< NOOP|')).toHaveLength(4_900)
  expect(lines.length).toBeLessThan(7_500)
  expect(lines.slice(-3)).toEqual([
    expect.stringMatching(/^\* \|\d{4} records were left out/),
    '> 421 4.7.0 Too many errors on this connection, closing transmission channel|',
    '- |Local',
  ])
})

test('honest messages one after the other leave nothing out', async () => {
  const noting = await NotingSession.greeted()
  const rcpt = 'RCPT TO:<ben@contoso.example>\r\n'
  const message = `MAIL FROM:<ana@lucerne.example>\r\n${rcpt.repeat(200)}BDAT 4 LAST\r\n\r\n\r\n`
  for (let count = 0; count < 10; count++) await noting.sendAndWait(Buffer.from(message))
  const commands = noting.log.lines.filter((line) => line.startsWith('< RCPT'))
  expect(commands).toHaveLength(2_000)
  expect(noting.log.lines.join('\n')).not.toContain('left out')
})
