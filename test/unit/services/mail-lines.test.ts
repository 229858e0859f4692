import { describe, expect, test } from 'vitest'
import type { RecipientResult } from '../../../src/queue/delivery-agent.ts'
import type { QueueEvent } from '../../../src/queue/queue-events.ts'
import type { Copy } from '../../../src/queue/stored-message.ts'
import { MailLines } from '../../../src/services/mail-lines.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { domainQueue, sampleMessage } from '../../support/queue-samples.ts'

function copyTo(...recipients: readonly string[]): Copy {
  return {
    id: 1,
    message: { ...sampleMessage({ subject: 'Order\r\n4711' }), id: 7 },
    queue: domainQueue('corp.example'),
    recipients: recipients.map((address) => ({ address })),
    ...{ dueAt: 0, attempts: 0, lastError: '', delayNotified: false },
  }
}

function result(address: string, reply: string, host?: string): RecipientResult {
  const session = { id: '1', localAddress: '', address: '192.0.2.1' }
  return {
    ...{ recipient: { address }, outcome: 'failed', reply },
    ...(host !== undefined && { session: { ...session, host } }),
  }
}

function looking() {
  const clock = new FakeClock()
  const lines: string[] = []
  const tell = (level: string) => (_: object, line: string) => lines.push(`${level} ${line}`)
  const log = { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') }
  return { mail: new MailLines(log, clock), clock, lines }
}

const copy = copyTo('bob@corp.example')

describe('a line tells', () => {
  test.each<[string, QueueEvent, string]>([
    [
      'where a message was delivered',
      {
        ...{ kind: 'delivered', copy },
        results: [result('bob@corp.example', '250 OK', 'mx.corp.example')],
      },
      'info message 7 to <bob@corp.example> delivered to mx.corp.example',
    ],
    [
      'why a message waits',
      {
        kind: 'deferred',
        copy,
        until: 0,
        results: [result('bob@corp.example', '451 4.3.0 later')],
      },
      'warn message 7 to <bob@corp.example> deferred: 451 4.3.0 later',
    ],
    [
      'why a message was returned',
      {
        ...{ kind: 'failed', copy, notice: { id: 8, messageId: '<8@x>', results: [] } },
        results: [result('bob@corp.example', '550 5.1.1 User unknown')],
      },
      'warn message 7 to <bob@corp.example> returned: 550 5.1.1 User unknown',
    ],
    [
      'a long reason as far as a line goes',
      { kind: 'deferred', copy, until: 0, results: [result('bob@corp.example', 'x'.repeat(300))] },
      `warn message 7 to <bob@corp.example> deferred: ${'x'.repeat(197)}...`,
    ],
    [
      'that nobody is told',
      { kind: 'expired', copy, results: [result('bob@corp.example', '550 4.4.7 QUEUE.Expired')] },
      'warn message 7 to <bob@corp.example> given up: 550 4.4.7 QUEUE.Expired',
    ],
  ])('%s', (_, event, line) => {
    const { mail, lines } = looking()
    mail.queueEvent(event)
    expect(lines).toEqual([line])
  })

  test('who sent to whom about what, on one line, of many recipients some', () => {
    const { mail, lines } = looking()
    mail.received([copyTo('a@x.test', 'b@x.test'), copyTo('c@y.test', 'd@y.test', 'e@y.test')])
    expect(lines).toEqual([
      'info message 7 accepted from <alice@example.com> to <a@x.test>, <b@x.test>, <c@y.test> and 2 more: Order  4711',
    ])
  })
})

test('ten lines a second, and a count of the rest', () => {
  const { mail, lines, clock } = looking()
  for (let at = 0; at < 1000; at++) mail.received([copy])
  mail.queueEvent({ kind: 'delivered', copy, results: [result('bob@corp.example', '250 OK')] })
  expect(lines).toHaveLength(10)
  clock.advance(1000)
  expect(lines).toHaveLength(11)
  expect(lines.at(-1)).toBe(
    'info and messages without a line of their own: 990 accepted, 1 delivered',
  )
  mail.received([copy])
  expect(lines).toHaveLength(12)
  clock.advance(10_000)
  expect(lines).toHaveLength(12)
})
