import { describe, expect, test } from 'vitest'
import { HostedAgent } from '../../../../src/agents/host/hosted-agent.ts'
import type { TransportAgentSettings } from '../../../../src/agents/host/transport-agent.ts'
import { endOfData } from '../../../support/agent-occasions.ts'
import { fakeChildren } from '../../../support/fake-agent-child.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const settings: TransportAgentSettings = {
  Name: 'Tester',
  Module: '/agents/tester.ts',
  TransportAgentFactory: 'default',
  Enabled: true,
  Priority: 11,
  TimeLimit: 10_000,
  MaxMemory: 128 * 1024 ** 2,
  MaxBodySize: 1024,
  Settings: {},
}

interface Question {
  readonly answer: Promise<unknown>
  /** What came of it so far. */
  outcome: string
  readonly leave: () => void
}

/** An agent whose process is played, and questions to it. */
function setUp({ loaded = true } = {}) {
  const clock = new FakeClock()
  const { children, start } = fakeChildren()
  const told: string[] = []
  const quiet = () => undefined
  const error = (_: object, message: string) => told.push(message)
  const log = { debug: quiet, info: quiet, warn: quiet, error }
  let changes = 0
  const onEvents = () => changes++
  const agent = new HostedAgent({ settings, clock, log, onEvents, startChild: start })
  const opened = agent.open()
  const child = (at = -1) => {
    const found = children.at(at)
    if (found === undefined) throw new Error('no process was started')
    return found
  }
  if (loaded) child().load()
  const ask = (readBody: (index: number) => Buffer | undefined = () => undefined): Question => {
    const leaving = new AbortController()
    const answer = agent.handle(endOfData(), { signal: leaving.signal, readBody })
    const question: Question = { answer, outcome: '', leave: () => leaving.abort() }
    answer.then(
      () => (question.outcome = 'answered'),
      (reason: unknown) => (question.outcome = reason instanceof Error ? reason.message : '?'),
    )
    return question
  }
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
  const later = async (by: number) => {
    clock.advance(by)
    await settle()
  }
  return { agent, child, children, clock, told, opened, ask, settle, later, changes: () => changes }
}

describe('one call', () => {
  test('is answered by the process', async () => {
    const { ask, child, agent } = setUp()
    const { answer } = ask()
    expect(child().calls).toEqual([1])
    child().answer(1)
    expect(await answer).toEqual([])
    expect(agent.status).toMatchObject({ state: 'Running', calls: 1, failures: 0, starts: 1 })
  })

  test('that throws costs itself alone, and tells why', async () => {
    const { ask, child, agent, settle } = setUp()
    const [one, other] = [ask(), ask()]
    child().listener.onMessage({ kind: 'threw', id: 1, reason: 'boom' })
    child().answer(2)
    await settle()
    expect([one.outcome, other.outcome]).toEqual(['threw an error: boom', 'answered'])
    expect(agent.status).toMatchObject({
      failures: 1,
      lastError: 'threw an error: boom',
      starts: 1,
    })
  })

  test('that never ends costs itself alone while the process goes on', async () => {
    const { ask, child, children, later } = setUp()
    const hanging = ask()
    await later(9_000)
    const other = ask()
    await later(1_000)
    expect(child().pings).toBe(1)
    child().listener.onMessage({ kind: 'pong' })
    child().answer(2)
    await later(0)
    expect([hanging.outcome, other.outcome]).toEqual(['gave no answer within 10 s', 'answered'])
    expect(children).toHaveLength(1)
    expect(child().sent.at(-1)).toEqual({ kind: 'leave', id: 1 })
  })

  test('reads the body of its message, and is told what went wrong with that', async () => {
    const { ask, child, settle } = setUp()
    ask((index) => {
      if (index > 1) throw new Error('the disk is gone')
      return index === 0 ? Buffer.from('xyz').subarray(1) : undefined
    })
    for (const index of [0, 1, 2]) {
      child().listener.onMessage({ kind: 'read', id: 1, request: index, index })
      await settle()
    }
    expect(child().sent.slice(-3)).toEqual([
      { kind: 'piece', request: 0, piece: Buffer.from('yz') },
      { kind: 'piece', request: 1, piece: undefined },
      { kind: 'piece', request: 2, fault: 'the disk is gone' },
    ])
  })

  test('is left when nobody waits for it, and its answer is passed over', async () => {
    const { ask, child, settle } = setUp()
    const one = ask()
    one.leave()
    await settle()
    expect(one.outcome).toBe('nobody waits for it any more')
    child().answer(1)
    const other = ask()
    child().answer(2)
    await settle()
    expect(other.outcome).toBe('answered')
  })
})

describe('the line', () => {
  test('holds what the process has no room for, for as long as a call may take', async () => {
    const { ask, child, later } = setUp()
    const questions = Array.from({ length: 34 }, () => ask())
    expect(child().calls).toHaveLength(32)
    child().answer(1)
    expect(child().calls).toHaveLength(33)
    await later(10_000)
    expect(questions.at(-1)?.outcome).toBe('had no time for it within 10 s')
  })
})

describe('a process that ends', () => {
  test('costs the only call in it, and is there again at once', async () => {
    const { ask, child, children, later, told, agent } = setUp()
    const fatal = ask()
    child().die()
    await later(0)
    expect(fatal.outcome).toBe('ended its process (exit code 3)')
    expect(children).toHaveLength(2)
    child().load()
    const next = ask()
    child().answer(2)
    await later(0)
    expect(next.outcome).toBe('answered')
    expect(told).toEqual(['The process of the agent Tester ended and is started anew'])
    expect(agent.status).toMatchObject({ state: 'Running', starts: 2, failures: 1 })
  })

  test('with several calls in it costs the one at fault: each is tried without the others', async () => {
    const { ask, child, later } = setUp()
    const questions = [ask(), ask(), ask(), ask()]
    child().die()
    await later(0)
    child().load()
    expect(child().calls).toEqual([1])
    child().answer(1)
    expect(child().calls).toEqual([1, 2])
    child().die()
    await later(0)
    // The one at fault is found: the others go on together.
    await later(1_000)
    child().load()
    expect(child().calls).toEqual([3, 4])
    child().answer(3, 4)
    await later(0)
    expect(questions.map(({ outcome }) => outcome)).toEqual([
      ...['answered', 'ended its process (exit code 3)', 'answered', 'answered'],
    ])
  })

  test('is held up by a call: it is ended, and the call with it', async () => {
    const { ask, child, children, later } = setUp()
    const looping = ask()
    await later(10_000)
    await later(1_000)
    expect(child(0).killed).toBe('gave no answer within 10 s and held up its process')
    expect(looping.outcome).toBe(child(0).killed)
    await later(0)
    expect(children).toHaveLength(2)
  })

  test('before it was of any use again is started after a time that doubles', async () => {
    const { child, children, later } = setUp()
    const starts: number[] = []
    let waited = 0
    child().die()
    await later(0)
    for (let at = 0; at < 8; at++) {
      child().die()
      for (waited = 0; children.length === at + 2; waited += 250) await later(250)
      starts.push(waited)
    }
    expect(starts).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000])
  })

  test('has so many calls left behind that another takes its place', async () => {
    const { ask, child, children, later } = setUp()
    for (let at = 0; at < 32; at++) ask().leave()
    await later(0)
    expect(child(0).killed).toBe('had 32 calls at a time that did not end')
    expect(children).toHaveLength(2)
  })
})

describe('a module that cannot be loaded', () => {
  test('fails what it is asked at once, stands where no mail passes it by, and is tried again', async () => {
    const { agent, ask, child, opened, settle, later, changes } = setUp({ loaded: false })
    child().listener.onMessage({ kind: 'not-loaded', reason: 'no licence' })
    await opened
    expect([...agent.events]).toEqual(['OnMailCommand'])
    const refused = ask()
    await settle()
    const reason = 'could not be loaded from /agents/tester.ts: no licence'
    expect(refused.outcome).toBe(reason)
    expect(agent.status).toMatchObject({ state: 'Failed', events: [], lastError: reason })
    expect(changes()).toBe(0)
    await later(10_000)
    child().load()
    expect([...agent.events]).toEqual(['OnEndOfData'])
    expect(changes()).toBe(1)
  })

  test('or that takes too long for it', async () => {
    const { agent, opened, later } = setUp({ loaded: false })
    await later(30_000)
    await opened
    expect(agent.status.lastError).toBe('was not loaded within 30 s')
  })
})

test('an agent that nobody will ask for now has no process until somebody does', async () => {
  const { agent, ask, child, children, settle } = setUp()
  agent.rest()
  expect([child().killed, agent.status.state]).toEqual(['was stopped', 'Stopped'])
  const one = ask()
  expect(children).toHaveLength(2)
  child().load()
  child().answer(1)
  await settle()
  expect(one.outcome).toBe('answered')
})

describe('an agent that is no longer in force', () => {
  test('answers who still knows it, and stops when nobody does', async () => {
    const { agent, ask, child, later } = setUp()
    let stopped = 0
    const old = ask()
    agent.retire(() => stopped++)
    await later(6_000)
    expect(stopped).toBe(0)
    child().answer(1)
    await later(0)
    expect(old.outcome).toBe('answered')
    await later(6_000)
    expect([stopped, child().killed, agent.status.state]).toEqual([1, 'was stopped', 'Stopped'])
    const late = ask()
    child().load()
    child().answer(2)
    await later(0)
    expect(late.outcome).toBe('answered')
    await later(6_000)
    expect(stopped).toBe(2)
  })

  test('fails what it was asked when the service ends', async () => {
    const { agent, ask, settle, clock } = setUp()
    const one = ask()
    agent[Symbol.dispose]()
    await settle()
    expect(one.outcome).toBe('was stopped')
    expect(clock.timers).toBe(0)
  })
})
