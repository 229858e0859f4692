import { expect, test } from 'vitest'
import { ConnectionLine } from '../../../src/queue/connection-line.ts'
import { DeliveryQueue } from '../../../src/queue/delivery-queue.ts'
import { domainQueue } from '../../support/queue-samples.ts'

function queue(domain: string, doubtful = false): DeliveryQueue {
  const made = new DeliveryQueue(domainQueue(domain))
  made.doubtful = doubtful
  return made
}

const unhurried = { mayBegin: () => true }

const names = (queues: readonly (DeliveryQueue | undefined)[]) =>
  queues.map((each) => each?.key.nextHopDomain)

test('the longest waiting goes first, in doubt or not', () => {
  const line = new ConnectionLine(unhurried)
  for (const each of [queue('a.test', true), queue('b.test'), queue('c.test', true)])
    line.join(each)
  expect(names([line.take(10), line.take(10), line.take(10), line.take(10)])).toEqual([
    'a.test',
    'b.test',
    'c.test',
    undefined,
  ])
})

test('queues in doubt never hold more than half of the connections', () => {
  const line = new ConnectionLine(unhurried)
  const dead = Array.from({ length: 5 }, (_, n) => queue(`dead${n}.test`, true))
  for (const each of dead) line.join(each)
  line.join(queue('live.test'))
  const ends = [line.take(4), line.take(4)].map((each) => each && line.connecting(each))
  expect(names([line.take(4), line.take(4)])).toEqual(['live.test', undefined])
  ends[0]?.()
  ends[0]?.()
  expect(names([line.take(4)])).toEqual(['dead2.test'])
})

test('fresh mail takes a queue out of doubt', () => {
  const line = new ConnectionLine(unhurried)
  const [first, second] = [queue('dead.test', true), queue('live.test', true)]
  for (const each of [first, second]) line.join(each)
  line.connecting(queue('other.test', true))
  line.promote(second)
  expect(names([line.take(2), line.take(2)])).toEqual(['live.test', undefined])
})

test('queues in doubt wait for their pace, and let others pass', () => {
  let allowed = 1
  const line = new ConnectionLine({ mayBegin: () => allowed-- > 0 })
  for (const each of [queue('one.test', true), queue('two.test', true), queue('live.test')])
    line.join(each)
  expect(names([line.take(10), line.take(10), line.take(10)])).toEqual([
    'one.test',
    'live.test',
    undefined,
  ])
  allowed = 1
  expect(names([line.take(10)])).toEqual(['two.test'])
})
