import { describe, expect, test } from 'vitest'
import { minute, second } from '../../../../src/base/time-span.ts'
import { seatLimits } from '../../../../src/queue/scheduler/connection-seats.ts'
import type { PeerWait, WaitPhase } from '../../../../src/queue/delivery-agent.ts'
import {
  type Demand,
  type Waiter,
  holdsUp,
  stalledLimit,
  whomToGiveUp,
} from '../../../../src/queue/scheduler/patience.ts'
import type { Standing } from '../../../../src/queue/scheduler/standing.ts'

const now = 1000 * second

interface Given {
  readonly standing?: Standing
  readonly failures?: number
  readonly phase?: WaitPhase
  /** Seconds. */
  readonly waited: number
  readonly attempt?: number
  readonly hasAlternative?: boolean
}

interface Named extends Waiter {
  readonly name: string
}

function waiter({ standing = 'untried', failures = 0, phase = 'opening', ...given }: Given): Named {
  const { waited, attempt = waited, hasAlternative = false } = given
  const wait: PeerWait = {
    ...{ phase, since: now - waited * second, begun: now - attempt * second, hasAlternative },
  }
  return { name: `${standing} ${phase} ${waited} s`, standing, failures, wait }
}

const nobody = { proven: 0, untried: 0, lapsed: 0, doubtful: 0 }

function demand(
  waiting: Partial<Demand['waiting']>,
  seats: Demand['seats'] = { all: 40, unproven: 20, failed: 10, doubtful: 10 },
  all = 40,
): Demand {
  return {
    waiting: { ...nobody, ...waiting },
    unserved: nobody,
    seats,
    limits: seatLimits(all),
    now,
  }
}

const chosen = (waiters: readonly Named[], what: Demand) =>
  whomToGiveUp(waiters, what).map(({ waiter: { name }, what: end }) => `${end} ${name}`)

describe('while others stand in line', () => {
  test.each<[string, Given, Partial<Demand['waiting']>]>([
    ['no greeting, untried', { waited: 2 }, { untried: 1 }],
    ['no reply to RCPT, untried', { phase: 'envelope', waited: 2 }, { untried: 1 }],
    ['no reply to the final dot, untried', { phase: 'final-dot', waited: 3 }, { untried: 1 }],
    ['a drip of replies, untried', { phase: 'envelope', waited: 0, attempt: 20 }, { untried: 1 }],
    ['in doubt, first failure', { standing: 'doubtful', failures: 1, waited: 8 }, { doubtful: 1 }],
    ['in doubt, fourth', { standing: 'doubtful', failures: 4, waited: 512 }, { doubtful: 1 }],
    ['in doubt, any later', { standing: 'doubtful', failures: 9, waited: 600 }, { doubtful: 1 }],
    ['no greeting, proven', { standing: 'proven', waited: 2 }, { proven: 1 }],
    [
      'no reply to RCPT, proven',
      { standing: 'proven', phase: 'envelope', waited: 5 },
      { proven: 1 },
    ],
    ['final dot, proven', { standing: 'proven', phase: 'final-dot', waited: 30 }, { proven: 1 }],
  ])('a peer has so long: %s', (_, given, waiting) => {
    const early = {
      ...given,
      waited: given.waited - 0.1,
      attempt: (given.attempt ?? given.waited) - 0.1,
    }
    expect(chosen([waiter(early)], demand(waiting))).toEqual([])
    expect(chosen([waiter(given)], demand(waiting))).toHaveLength(1)
  })

  test('only as many are given up as wait, the longest waiting first, a final dot last', () => {
    const waiters = [
      waiter({ phase: 'final-dot', waited: 100 }),
      waiter({ waited: 5 }),
      waiter({ waited: 9 }),
    ]
    const inOrder = ['9 s', '5 s', '100 s']
    for (const wanted of [1, 2, 3]) {
      const names = chosen(waiters, demand({ untried: wanted })).map((name) =>
        name.split(' ').slice(-2).join(' '),
      )
      expect(names).toEqual(inOrder.slice(0, wanted))
    }
  })

  test('a target with others behind it has half of the time, and frees no connection', () => {
    const first = waiter({ waited: 1, hasAlternative: true })
    const second_ = waiter({ waited: 2 })
    expect(chosen([first, second_], demand({ untried: 1 }))).toEqual([
      'give-up untried opening 2 s',
    ])
    expect(chosen([first], demand({ untried: 1 }))).toEqual(['try-next untried opening 1 s'])
  })

  test('the targets of an attempt share its time', () => {
    const later = waiter({ waited: 0.5, attempt: 2, hasAlternative: true })
    expect(chosen([later], demand({ untried: 1 }))).toEqual(['give-up untried opening 0.5 s'])
  })

  test('with few connections there is no patience to spare', () => {
    const one = { all: 1, unproven: 1, failed: 1, doubtful: 1 }
    const held = waiter({ standing: 'doubtful', failures: 5, waited: 1 })
    expect(chosen([held], demand({ proven: 1 }, one, 1))).toHaveLength(1)
    expect(chosen([held], demand({ untried: 1 }, one, 1))).toHaveLength(1)
  })
})

describe('when no queue of a known standing has had a turn for a second', () => {
  const stuck = (waiting: Partial<Demand['waiting']>, unserved = second) => ({
    ...demand(waiting, { all: 40, unproven: 15, failed: 15, doubtful: 10 }),
    unserved: { ...nobody, proven: unserved, lapsed: unserved },
  })
  const held = (standing: Standing) =>
    [3, 9, 6].map((waited) => waiter({ standing, phase: 'final-dot', failures: 3, waited }))

  test('one that delivered and hangs now is given up, the longest waiting', () => {
    const ends = (unserved: number) => chosen(held('proven'), stuck({ proven: 400 }, unserved))
    expect(ends(second)).toEqual(['give-up proven final-dot 9 s'])
    expect(ends(second - 1)).toEqual([])
  })

  test('of those that failed the one that has waited least, for the others may be slow only', () => {
    expect(chosen(held('lapsed'), stuck({ lapsed: 400 }))).toEqual(['give-up lapsed final-dot 3 s'])
  })

  test('nobody is that has just begun, is in doubt, or holds what others wait for', () => {
    const young = waiter({ standing: 'proven', phase: 'final-dot', waited: 2.9 })
    expect(chosen([young], stuck({ proven: 400 }))).toEqual([])
    expect(chosen(held('doubtful'), stuck({ doubtful: 400, lapsed: 1 }))).toEqual([])
  })
})

describe('nobody is given up', () => {
  const hung = [waiter({ waited: 300 }), waiter({ standing: 'proven', waited: 300 })]

  test('while nobody waits', () => {
    expect(chosen(hung, demand({}))).toEqual([])
  })

  test('whose end would help nobody', () => {
    expect(
      chosen(hung, demand({ proven: 5 }, { all: 30, unproven: 20, failed: 0, doubtful: 0 })),
    ).toEqual([])
    expect(
      chosen(hung, demand({ untried: 5 }, { all: 30, unproven: 19, failed: 0, doubtful: 0 })),
    ).toEqual([])
  })

  test('who is proven, for next hops that have their share', () => {
    expect(chosen(hung, demand({ untried: 5 }))).toEqual(['give-up untried opening 300 s'])
  })

  test('who never failed, for those in doubt that have their share', () => {
    const all = [...hung, waiter({ standing: 'doubtful', failures: 1, waited: 9 })]
    expect(chosen(all, demand({ doubtful: 5 }))).toEqual(['give-up doubtful opening 9 s'])
  })
})

test.each([
  [40, 1000, 40],
  [200, 1000, 125],
  [40, 40, 5],
  [2, 40, 2],
  [40, 4, 2],
  [1, 1, 1],
])('of %d connections for a queue and %d in all, %d may stall', (perQueue, all, most) => {
  expect(stalledLimit({ perQueue, all })).toBe(most)
})

test.each<[WaitPhase, number]>([
  ['opening', 30 * second],
  ['envelope', 30 * second],
  ['final-dot', minute],
])('copies behind it end a wait of the phase %s after %d ms', (phase, time) => {
  const wait = { phase, since: now - time, begun: 0, hasAlternative: false }
  expect([holdsUp(wait, now - 1), holdsUp(wait, now)]).toEqual([false, true])
})
