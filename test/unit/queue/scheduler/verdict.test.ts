import { describe, expect, test } from 'vitest'
import { day, hour, minute } from '../../../../src/base/time-span.ts'
import type { RecipientResult } from '../../../../src/queue/delivery-agent.ts'
import type { Copy } from '../../../../src/queue/stored-message.ts'
import {
  allExpired,
  expiredReply,
  judge,
  lastWordOf,
  withQueueAttempts,
} from '../../../../src/queue/scheduler/verdict.ts'
import { domainQueue, sampleMessage, sampleTime } from '../../../support/queue-samples.ts'
import { schedulerSettings as settings } from '../../../support/scheduler-bench.ts'

const [a, b, c] = [
  { address: 'a@first.test' },
  { address: 'b@first.test', notify: ['SUCCESS'] as const },
  { address: 'c@first.test' },
]

function copyOf(changes: Partial<Copy> = {}): Copy {
  return {
    id: 1,
    message: { ...sampleMessage(), id: 1 },
    queue: domainQueue('first.test'),
    recipients: [a, b, c],
    dueAt: 0,
    attempts: 2,
    lastError: 'before',
    delayNotified: false,
    ...changes,
  }
}

const results: RecipientResult[] = [
  { recipient: a, outcome: 'retry', reply: '451 later' },
  { recipient: b, outcome: 'delivered', reply: '250 ok' },
  { recipient: c, outcome: 'failed', reply: '550 no' },
]

const after = (age: number) => ({
  ...{ now: sampleTime + age, believedNow: sampleTime + age, settings },
})

describe('an attempt', () => {
  test('parts the recipients by their outcome', () => {
    const verdict = judge(copyOf(), results, after(minute))
    expect(verdict.delivered.map(({ recipient }) => recipient)).toEqual([b])
    expect(verdict.failed.map(({ recipient }) => recipient)).toEqual([c])
    const [attempt] = verdict.remaining[0]?.attempts ?? []
    expect(verdict.remaining).toEqual([{ ...a, lastError: '451 later', attempts: [attempt] }])
    expect(attempt).toMatchObject({ reply: '451 later', lastAt: sampleTime + minute, count: 1 })
    expect(verdict).toMatchObject({
      attempts: 3,
      lastError: '451 later',
      dueAt: sampleTime + 16 * minute,
      delayed: false,
      expired: [],
    })
  })
  test('keeps what can be read of a reply without an end, and says so', () => {
    const reply = `451 ${'x'.repeat(1_000_000)}`
    const [waiting] = judge(
      copyOf(),
      [{ recipient: a, outcome: 'retry', reply }],
      after(0),
    ).remaining
    expect(waiting?.lastError).toMatch(/^451 x{16000,} \[\.\.\. \d+ more characters\]$/)
    expect(JSON.stringify(waiting).length).toBeLessThan(20_000)
  })
  test('leaves a recipient without a result in the queue', () => {
    const verdict = judge(copyOf(), results.slice(1), after(minute))
    expect(verdict.remaining).toMatchObject([{ address: a.address }])
  })
  test('past the expiry gives up who would be tried again', () => {
    const verdict = judge(copyOf(), results, after(2 * day))
    expect(verdict.remaining).toEqual([])
    expect(verdict.expired).toMatchObject([
      { recipient: { ...a, lastError: '451 later' }, outcome: 'failed', reply: expiredReply },
    ])
    expect(verdict.failed).toHaveLength(1)
  })
})

describe('attempts to reach the next hop of the queue', () => {
  const refused = { reply: '441 4.4.1 refused', remoteHost: 'mx.first.test (192.0.2.9)' }
  const attempts = (at: number) => [{ ...refused, firstAt: at, lastAt: at, count: 1 }]

  test('are those of each message that waited there', () => {
    const known = withQueueAttempts(copyOf({ lastError: '' }), attempts(sampleTime + minute))
    expect(known.lastError).toBe(refused.reply)
    for (const recipient of known.recipients) {
      expect(recipient).toMatchObject({ lastError: refused.reply, attempts: [refused] })
      expect(lastWordOf(recipient)).toBe(refused.reply)
    }
    expect(allExpired(known)).toMatchObject([{ reply: expiredReply }, {}, {}])
  })

  test('do not hide what was said to a recipient later', () => {
    const [waiting] = judge(copyOf(), results, after(2 * minute)).remaining
    if (waiting === undefined) throw new Error('nobody waits')
    const copy = copyOf({ recipients: [waiting] })
    const [older] = withQueueAttempts(copy, attempts(sampleTime + minute)).recipients
    expect(older?.lastError).toBe('451 later')
    expect(older?.attempts?.map(({ reply }) => reply)).toEqual(['451 later', refused.reply])
    const [newer] = withQueueAttempts(copy, attempts(sampleTime + 3 * minute)).recipients
    expect(newer?.lastError).toBe(refused.reply)
  })

  test('are the reason also for a message that came behind the last one', () => {
    const [recipient] = withQueueAttempts(copyOf(), attempts(sampleTime - minute)).recipients
    expect(recipient?.lastError).toBe(refused.reply)
    const copy = copyOf()
    expect(withQueueAttempts(copy, [])).toBe(copy)
  })
})

describe('notifications', () => {
  test.each([
    ['young', hour, {}, false],
    ['old', 4 * hour, {}, true],
    ['old, told before', 4 * hour, { delayNotified: true }, false],
  ])('of delay for a message that is %s', (_, age, changes, expected) => {
    expect(judge(copyOf(changes), results, after(age)).delayed).toBe(expected)
  })
  test('of delay need someone who still waits', () => {
    expect(judge(copyOf({ recipients: [b, c] }), results.slice(1), after(5 * hour)).delayed).toBe(
      false,
    )
  })
  test('of success are ours when asked for and the next hop does not take them over', () => {
    expect(judge(copyOf(), results, after(0)).relayed.map(({ recipient }) => recipient)).toEqual([
      b,
    ])
    const passedOn = results.map((result) => ({ ...result, dsnPassedOn: true }))
    expect(judge(copyOf(), passedOn, after(0)).relayed).toEqual([])
  })
})
