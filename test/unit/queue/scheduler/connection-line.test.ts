import { expect, test } from 'vitest'
import { ConnectionLine, type Turn } from '../../../../src/queue/scheduler/connection-line.ts'
import { seatLimits } from '../../../../src/queue/scheduler/connection-seats.ts'
import { DeliveryQueue } from '../../../../src/queue/scheduler/delivery-queue.ts'
import { domainQueue } from '../../../support/queue-samples.ts'
import type { QueueKey } from '../../../../src/queue/queue-key.ts'
import type { Standing } from '../../../../src/queue/scheduler/standing.ts'

function queue(domain: string, standing: Standing = 'untried'): DeliveryQueue {
  return new DeliveryQueue(domainQueue(domain), standing)
}

const unhurried = { mayBegin: () => true }

function lineOf(queues: readonly DeliveryQueue[]): ConnectionLine {
  const line = new ConnectionLine(unhurried)
  for (const each of queues) line.join(each)
  return line
}

/** As many turns as there are, by their domains. */
function turns(line: ConnectionLine, all: number, most = Infinity): Turn[] {
  const taken: Turn[] = []
  while (taken.length < most) {
    const turn = line.take(seatLimits(all))
    if (turn === undefined) break
    taken.push(turn)
  }
  return taken
}

const names = (taken: readonly Turn[]) => taken.map(({ queue: { key } }) => key.nextHopDomain)

const many = (count: number, domain: string, standing: Standing) =>
  Array.from({ length: count }, (_, n) => queue(`h${n}.${domain}`, standing))

test.each([
  [1000, 500, 375, 250],
  [40, 20, 15, 10],
  [5, 2, 1, 1],
  [2, 1, 1, 1],
  [1, 1, 1, 1],
  [Infinity, 1000, 750, 500],
])(
  'of %d connections %d are for next hops not proven, %d for those that failed, %d for those in doubt',
  (all, unproven, failed, doubtful) => {
    expect(seatLimits(all)).toEqual({ all, unproven, failed, doubtful })
  },
)

test('processes that share all connections share those for next hops not proven', () => {
  expect(seatLimits(1000, 4)).toEqual({ all: 1000, unproven: 125, failed: 93, doubtful: 62 })
  expect(seatLimits(2, 4)).toEqual({ all: 2, unproven: 1, failed: 1, doubtful: 1 })
})

test('next hops that nobody tried never hold what is for proven ones', () => {
  const line = lineOf(many(100, 'hang.test', 'untried'))
  expect(turns(line, 40)).toHaveLength(20)
  for (const each of many(100, 'live.test', 'proven')) line.join(each)
  expect(turns(line, 40)).toHaveLength(20)
  expect(line.seats).toMatchObject({ all: 40, unproven: 20 })
})

test('next hops in doubt leave those that never failed half of what is for both', () => {
  const line = lineOf(many(100, 'dead.test', 'doubtful'))
  expect(turns(line, 40)).toHaveLength(10)
  for (const each of many(100, 'new.test', 'untried')) line.join(each)
  expect(turns(line, 40)).toHaveLength(10)
})

test('what delivered before it failed does not stand behind those that never did', () => {
  const line = lineOf(many(20_000, 'dead.test', 'doubtful'))
  expect(turns(line, 40)).toHaveLength(10)
  line.join(queue('back.example', 'lapsed'))
  expect(names(turns(line, 40))).toEqual(['back.example'])
})

test.each<Standing>(['proven', 'lapsed'])(
  'a smart host has a turn among the first of those %s, whatever crowd of domains stands there',
  (standing) => {
    const line = lineOf(many(5000, 'crowd.test', standing))
    const inside: QueueKey = {
      deliveryType: 'SmartHostConnectorDelivery',
      nextHopDomain: '[192.0.2.1]',
      nextHopConnector: 'Inside',
    }
    line.join(new DeliveryQueue(inside, standing))
    for (const each of many(5000, 'other.test', standing)) line.join(each)
    expect(names(turns(line, 40, 4))).toContain('[192.0.2.1]')
  },
)

test.each([1, 2, 40])(
  'with %d connections a new next hop is among the first turns, whoever waits',
  (all) => {
    const line = lineOf(many(20_000, 'hang.test', 'untried'))
    for (const each of many(1000, 'dead.test', 'doubtful')) line.join(each)
    line.join(queue('live.example'))
    const served: string[] = []
    while (served.length < 10) {
      for (const turn of turns(line, all, 1)) {
        served.push(...names([turn]))
        turn.seat.free()
      }
    }
    expect(served).toContain('live.example')
  },
)

test('a proven next hop is among the first turns of a single connection', () => {
  const line = lineOf([...many(1000, 'hang.test', 'untried'), queue('live.example', 'proven')])
  expect(names(turns(line, 1))).toEqual(['live.example'])
})

test('an end or a proof makes room for the next, once', () => {
  const line = lineOf(many(5, 'hang.test', 'untried'))
  const [first, second] = turns(line, 4)
  first?.seat.free()
  first?.seat.free()
  expect(turns(line, 4)).toHaveLength(1)
  second?.seat.prove()
  second?.seat.prove()
  expect(line.seats).toMatchObject({ all: 2, unproven: 1 })
  expect(turns(line, 4)).toHaveLength(1)
})

test('fresh mail takes a queue out of doubt', () => {
  const [first, second] = [queue('dead.test', 'doubtful'), queue('live.test', 'doubtful')]
  const line = lineOf([first, second])
  line.promote(second)
  expect(line.waiting).toEqual({ proven: 0, untried: 1, lapsed: 0, doubtful: 1 })
  expect(names(turns(line, 4))).toEqual(['live.test', 'dead.test'])
})

test('next hops that are not proven wait for their pace, and let others pass', () => {
  let allowed = 1
  const line = new ConnectionLine({ mayBegin: () => allowed-- > 0 })
  for (const each of [queue('one.test', 'doubtful'), queue('two.test', 'doubtful')]) line.join(each)
  line.join(queue('live.test', 'proven'))
  expect(names(turns(line, 10))).toEqual(['live.test', 'one.test'])
  allowed = 1
  expect(names(turns(line, 10))).toEqual(['two.test'])
})

test('nobody stands in line when it is cleared', () => {
  const all = [queue('a.test', 'proven'), queue('b.test'), queue('c.test', 'doubtful')]
  const line = lineOf(all)
  line.clear()
  expect(all.map(({ inLine }) => inLine)).toEqual([false, false, false])
  expect(turns(line, 10)).toEqual([])
})
