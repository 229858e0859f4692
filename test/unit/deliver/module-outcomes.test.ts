import { describe, expect, test } from 'vitest'
import { outcomesOf } from '../../../src/deliver/agents/module-outcomes.ts'

const recipients = [{ address: 'a@x.test' }, { address: 'b@x.test' }]
const told = (given: unknown) =>
  outcomesOf(given, recipients)?.map(
    ({ recipient, outcome, reply }) => `${recipient.address} ${outcome} ${reply}`,
  )

test('nothing returned is delivered to all', () => {
  expect(told(undefined)).toEqual(['a@x.test delivered 250 2.0.0', 'b@x.test delivered 250 2.0.0'])
})

test('who is left out is tried again', () => {
  expect(told([{ recipient: 'b@x.test', outcome: 'failed', reply: '550 5.1.1 nobody' }])).toEqual([
    'a@x.test retry 451 4.3.0 The delivery agent did not say what became of the recipient',
    'b@x.test failed 550 5.1.1 nobody',
  ])
})

test('a reply fits its outcome, on one line', () => {
  expect(
    told([
      { recipient: 'a@x.test', outcome: 'failed', reply: '250 OK\r\nDATA' },
      { recipient: 'b@x.test', outcome: 'retry' },
    ]),
  ).toEqual(['a@x.test failed 554 5.0.0 250 OK  DATA', 'b@x.test retry 451 4.3.0'])
})

describe('is no list of outcomes', () => {
  test.each([
    ['text', 'delivered'],
    ['null', null],
    ['an unknown outcome', [{ recipient: 'a@x.test', outcome: 'lost' }]],
    ['a number', [{ recipient: 1, outcome: 'failed' }]],
  ])('%s', (_, given) => {
    expect(outcomesOf(given, recipients)).toBeUndefined()
  })
})
