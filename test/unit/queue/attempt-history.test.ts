import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hour, minute } from '../../../src/base/time-span.ts'
import type { AttemptHistory } from '../../../src/queue/attempt-history.ts'
import { historySince, mergedHistory, withAttempt } from '../../../src/queue/attempt-history.ts'

/** Attempts a minute apart, each with its reply. */
function historyOf(...replies: readonly string[]): AttemptHistory {
  return replies.reduce<AttemptHistory>(
    (history, reply, at) => withAttempt(history, { at: at * minute, reply }),
    [],
  )
}

const essence = (history: AttemptHistory) =>
  history.map(({ reply, firstAt, lastAt, count }) => [
    reply,
    firstAt / minute,
    lastAt / minute,
    count,
  ])

describe('a history', () => {
  test('counts attempts in a row that came to the same, the newest first', () => {
    expect(essence(historyOf('a', 'a', 'b', 'a'))).toEqual([
      ['a', 3, 3, 1],
      ['b', 2, 2, 1],
      ['a', 0, 1, 2],
    ])
  })

  test('keeps hosts apart', () => {
    const one = withAttempt([], { at: 0, reply: 'a', remoteHost: 'mx1 (192.0.2.1)' })
    expect(withAttempt(one, { at: 1, reply: 'a', remoteHost: 'mx2 (192.0.2.2)' })).toHaveLength(2)
  })

  test('stays small, whatever is said how often', () => {
    const replies = fc.array(fc.string({ maxLength: 3000 }), { maxLength: 40 })
    fc.assert(
      fc.property(replies, (said) => {
        const history = historyOf(...said)
        expect(history.length).toBeLessThanOrEqual(5)
        for (const { reply } of history) expect(reply.length).toBeLessThan(1100)
      }),
    )
  })

  test('says when a reply is shortened', () => {
    const [attempt] = historyOf('x'.repeat(2000))
    expect(attempt?.reply).toMatch(/^x{1000} \[\.\.\. 1000 more characters\]$/)
  })
})

test('what came later has the last run alone of a history that was over by then', () => {
  expect(essence(historySince(historyOf('a', 'b', 'b', 'b'), 2.5 * minute))).toEqual([
    ['b', 1, 3, 3],
  ])
  expect(essence(historySince(historyOf('a', 'b'), hour))).toEqual([['b', 1, 1, 1]])
})

test('two histories become one, in which nothing counts twice', () => {
  const known = historyOf('a', 'a', 'b')
  const later = historyOf('a', 'a', 'b', 'b', 'c')
  expect(mergedHistory(known, later)).toEqual(later)
  expect(mergedHistory(later, later)).toEqual(later)
  const other = withAttempt([], { at: 10 * minute, reply: 'c' })
  expect(essence(mergedHistory(later, other))).toEqual([
    ['c', 4, 10, 2],
    ['b', 2, 3, 2],
    ['a', 0, 1, 2],
  ])
})
