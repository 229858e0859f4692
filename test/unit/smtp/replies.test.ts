import { expect, test } from 'vitest'
import * as replies from '../../../src/smtp/replies.ts'
import { formatReply, replyText } from '../../../src/smtp/reply.ts'

test('each reply is of the class its enhanced code says, but for the one Exchange mixes', () => {
  for (const value of Object.values(replies)) {
    if (typeof value === 'function' || value.enhanced === undefined) continue
    if (value === replies.startTlsRequired) continue
    expect(`${value.code} ${value.enhanced}`).toMatch(/^([245])\d\d \1\./)
  }
})

test('an accepted message is named by its ids', () => {
  expect(replyText(replies.queuedForDelivery('<1@example.com>', 5111011082268, 'mail.test'))).toBe(
    '250 2.6.0 <1@example.com> [InternalId=5111011082268, Hostname=mail.test] Queued mail for delivery',
  )
})

test('a Message-ID of a client cannot break the reply', () => {
  const answer = replies.queuedForDelivery('<1\r\n250 2.0.0 hello>', 1, 'mail.test')
  expect(formatReply(answer).split('\r\n')).toHaveLength(2)
})

test('replies with a number show it', () => {
  expect(replyText(replies.chunkReceived(1024))).toBe('250 2.6.0 CHUNK received OK, 1024 octets')
  expect(replyText(replies.temporaryServerError(2))).toBe(
    '451 4.7.0 Temporary server error. Please try again later. PRX2',
  )
})

test('help lists the verbs', () => {
  expect(formatReply(replies.help(['HELO', 'QUIT']))).toBe(
    '214-This server supports the following commands:\r\n214 HELO QUIT\r\n',
  )
})
