import { describe, expect, test } from 'vitest'
import type { Agent } from '../../../src/agents/agent.ts'
import type { AgentAction } from '../../../src/agents/agent-action.ts'
import { AgentRoster } from '../../../src/agents/agent-roster.ts'
import { type Subject } from '../../../src/agents/agent-runner.ts'
import type { AgentSession } from '../../../src/agents/occasion.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { testAgent, testRunner } from '../../support/test-agent.ts'

const session: AgentSession = {
  sessionId: '08DD5A1122334401',
  connector: 'EDGE01\\Test',
  fqdn: 'edge01.corp.example',
  local: { address: '192.0.2.10', port: 25 },
  client: { address: '198.51.100.7', port: 50122 },
  helloName: '',
  principal: { kind: 'Anonymous' },
  permissions: new Set(),
}

const refuse: AgentAction = { kind: 'reject', reply: { code: 550, lines: ['No'] } }

/** A NOOP, whose refusals end the asking. */
function noop(): Subject<string> & { readonly done: string[] } {
  const done: string[] = []
  return {
    done,
    occasion: () => ({ event: 'OnNoopCommand', session }),
    readBody: (index) => (index === 0 ? Buffer.from('body') : undefined),
    apply(action, { name }) {
      done.push(`${name}: ${action.kind}`)
      return action.kind === 'reject' ? `refused by ${name}` : undefined
    },
  }
}

function ask(agents: readonly Agent[], clock = new FakeClock(), gone?: AbortSignal) {
  const { runner, told, records } = testRunner(clock, agents)
  const subject = noop()
  const asking = runner.ask(runner.roster.at('OnNoopCommand') ?? [], subject, gone)
  return { asking, told, records, subject }
}

describe('the order', () => {
  test('is that of the priorities, and of the list among equal ones', () => {
    const named = (name: string, priority: number) =>
      testAgent({ OnNoopCommand: () => [] }, { name, priority })
    const roster = new AgentRoster([named('c', 2), named('a', 1), named('b', 1), named('d', 3)])
    expect(roster.at('OnNoopCommand')?.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('ends at the first verdict', async () => {
    const late = testAgent({ OnNoopCommand: () => [] }, { name: 'late', priority: 9 })
    const { asking, subject } = ask([
      late,
      testAgent({ OnNoopCommand: () => [refuse, refuse] }, { name: 'strict' }),
    ])
    expect(await asking).toEqual({
      kind: 'decided',
      agent: 'strict',
      verdict: 'refused by strict',
    })
    expect(subject.done).toEqual(['strict: reject'])
    expect(late.asked).toEqual([])
  })

  test('an event that nobody wants has no agents at all', () => {
    const roster = new AgentRoster([testAgent({ OnNoopCommand: () => [] })])
    expect(roster.at('OnHelpCommand')).toBeUndefined()
    expect(roster.hasAny(['OnHelpCommand', 'OnRsetCommand'])).toBe(false)
    expect(roster.hasAny(['OnHelpCommand', 'OnNoopCommand'])).toBe(true)
  })
})

describe('an agent fails when it', () => {
  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('out of order')
      },
      'out of order',
    ],
    ['throws later', () => Promise.reject(new Error('out of order')), 'out of order'],
    ['answers nonsense', () => 'yes', 'the answer is no list of actions'],
    ['answers nonsense later', () => Promise.resolve([{}]), 'is none that the relay knows'],
  ])('%s', async (_, answer, reason) => {
    const { asking, told, subject } = ask([testAgent({ OnNoopCommand: answer })])
    const asked = await asking
    expect(asked.kind === 'failed' && asked.fault.reason).toContain(reason)
    expect(told).toMatchObject([
      {
        details: { agent: 'Test Agent', event: 'OnNoopCommand' },
        message:
          'The agent Test Agent failed at OnNoopCommand; what it was asked about was put off',
      },
    ])
    expect(subject.done).toEqual([])
  })

  test('does not answer in time; what it does then is not wanted any more', async () => {
    const clock = new FakeClock()
    let signal: AbortSignal | undefined
    let read: (() => unknown) | undefined
    const hanging = testAgent(
      {
        OnNoopCommand(_, call) {
          signal = call.signal
          read = () => call.readBody(0)
          return new Promise(() => undefined)
        },
      },
      { timeLimit: 3000 },
    )
    const { asking } = ask([hanging], clock)
    clock.advance(2999)
    expect(signal?.aborted).toBe(false)
    clock.advance(1)
    const fault = { agent: 'Test Agent', reason: 'no answer within 3 s' }
    expect(await asking).toEqual({ kind: 'failed', fault })
    expect(signal?.aborted).toBe(true)
    expect(read).toThrow()
  })

  test('a client that goes away ends the waiting, and that is nobody’s fault', async () => {
    const leaving = new AbortController()
    const hanging = testAgent({ OnNoopCommand: () => new Promise(() => undefined) })
    const { asking, told } = ask([hanging], new FakeClock(), leaving.signal)
    leaving.abort()
    expect(await asking).toMatchObject({ kind: 'failed' })
    expect(told).toEqual([])
  })
})

test('much to do for one agent leaves others their turn', async () => {
  const { runner } = testRunner(systemClock, [
    testAgent({ OnNoopCommand: () => Array.from({ length: 8 }, () => ({ kind: 'disconnect' })) }),
  ])
  const turns: string[] = []
  const subject: Subject<string> = {
    ...noop(),
    apply() {
      turns.push('action')
      const end = systemClock.monotonic() + 6
      while (systemClock.monotonic() < end);
      return undefined
    },
  }
  const asking = runner.ask(runner.roster.at('OnNoopCommand') ?? [], subject)
  setImmediate(() => turns.push('another'))
  await asking
  expect(turns).toHaveLength(9)
  expect(turns.indexOf('another')).toBeLessThan(8)
})

test('what was done is told, with the facts that the agent saw', async () => {
  const { asking, records } = ask([testAgent({ OnNoopCommand: () => [refuse] })])
  await asking
  expect(records).toEqual([
    { agent: 'Test Agent', occasion: { event: 'OnNoopCommand', session }, action: refuse },
  ])
})

test('the facts can be sent to another thread', () => {
  const occasion = noop().occasion()
  expect(structuredClone(occasion)).toEqual(occasion)
})
