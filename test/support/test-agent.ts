import type { Agent, AgentCall } from '../../src/agents/agent.ts'
import type { AgentEvent } from '../../src/agents/agent-events.ts'
import { AgentRoster } from '../../src/agents/agent-roster.ts'
import { AgentRunner, type AgentRecord } from '../../src/agents/agent-runner.ts'
import type { Occasion } from '../../src/agents/occasion.ts'
import type { Clock } from '../../src/base/clock.ts'
import { LiveValue } from '../../src/base/live.ts'

type Answers = Partial<Record<AgentEvent, (occasion: Occasion, call: AgentCall) => unknown>>

/** An agent that answers as told, right or wrong, and keeps what it was asked. */
export function testAgent(
  answers: Answers,
  settings: Partial<Pick<Agent, 'name' | 'priority' | 'timeLimit'>> = {},
): Agent & { readonly asked: Occasion[] } {
  const asked: Occasion[] = []
  return {
    name: 'Test Agent',
    priority: 1,
    ...settings,
    asked,
    events: new Set(Object.keys(answers).filter((event): event is AgentEvent => event in answers)),
    handle(occasion, call) {
      asked.push(occasion)
      const answer = answers[occasion.event]?.(occasion, call) ?? []
      // What comes from outside may be anything.
      return answer as ReturnType<Agent['handle']>
    },
  }
}

/** A runner for these agents, with what it told. */
export function testRunner(clock: Clock, agents: readonly Agent[] = []) {
  const roster = new LiveValue(new AgentRoster(agents))
  const told: { readonly details: object; readonly message: string }[] = []
  const records: AgentRecord[] = []
  const quiet = () => undefined
  const runner = new AgentRunner({
    roster,
    clock,
    log: {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (details, message) => told.push({ details, message }),
    },
    onAction: (record) => records.push(record),
  })
  return {
    runner,
    told,
    records,
    use: (...changed: readonly Agent[]) => roster.set(new AgentRoster(changed)),
  }
}
