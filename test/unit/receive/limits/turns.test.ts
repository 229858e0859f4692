import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Turn, TurnQueue } from '../../../../src/receive/limits/turns.ts'
import { NotingSession } from '../../../support/noting-session.ts'

describe('a turn is over', () => {
  const inputs = (times: readonly number[]) => {
    const one = new Turn()
    one.begin()
    for (const time of times) one.count(time)
    return one
  }
  const many = (count: number, every: number) =>
    Array.from({ length: count }, (_, at) => 1000 + at * every)

  test.each([
    ['after a hundred inputs at once', many(100, 0), true],
    ['not after fewer', many(99, 0), false],
    ['after three milliseconds', [1000, 1001, 1003], true],
    ['not when its inputs come slowly', [], false],
  ])('%s', (_, times, over) => {
    expect(inputs(times).isOver).toBe(over)
  })

  test('after a hundred inputs that were begun anew each time', () => {
    const one = new Turn()
    for (let at = 0; at < 100; at++) {
      one.begin()
      one.count(1000)
    }
    expect(one.isOver).toBe(true)
    one.renew(1000)
    one.begin()
    expect(one.isOver).toBe(false)
  })

  test('never for a client with an input every millisecond', () => {
    const one = new Turn()
    for (const time of many(1_000, 1)) {
      one.begin()
      one.count(time)
      expect(one.isOver).toBe(false)
    }
  })
})

test('those who wait get their turn one by one, the longest waiting first', async () => {
  const queue = new TurnQueue()
  const order: string[] = []
  const again = (name: string, turns: number) => {
    order.push(name)
    if (turns > 1) queue.wait(() => again(name, turns - 1))
  }
  queue.wait(() => again('a', 3))
  queue.wait(() => again('b', 2))
  await turn()
  expect(order).toEqual(['a'])
  while (order.length < 5) await turn()
  expect(order).toEqual(['a', 'b', 'a', 'b', 'a'])
})

test('a session with a long list of commands lets others in between', async () => {
  const noting = await NotingSession.greeted({ MaxProtocolErrors: 'unlimited' })
  noting.send('NOOP\r\n'.repeat(1000))
  const replies = () => noting.written.join('').split('\r\n').length - 1
  // The greeting was the first input of a hundred.
  expect(replies()).toBe(99)
  expect(noting.notes).toEqual([])
  await turn()
  expect(replies()).toBe(199)
  while (noting.notes.length === 0) await turn()
  expect(replies()).toBe(1000)
  expect(noting.notes).toEqual(['more'])
})

test('answers that come at once do not keep others waiting', async () => {
  const noting = await NotingSession.greeted({ MaxProtocolErrors: 'unlimited' })
  let asked = 0
  noting.sink.onBegin = () => {
    asked++
    return Promise.resolve({ code: 451, lines: ['later'] })
  }
  noting.send('MAIL FROM:<a@lucerne.example>\r\n'.repeat(1000))
  await turn()
  expect(asked).toBeLessThanOrEqual(200)
})

test('a client that leaves before its turn leaves nothing behind', async () => {
  const noting = await NotingSession.greeted({ MaxProtocolErrors: 'unlimited' })
  noting.send(`MAIL FROM:<a@lucerne.example>\r\n${'NOOP\r\n'.repeat(1000)}`)
  noting.session.closed('Remote')
  await turn()
  expect(noting.sink.aborted).toBe(1)
  expect(noting.clock.timers).toBe(0)
})
