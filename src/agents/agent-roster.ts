import type { Agent } from './agent.ts'
import { type AgentEvent, agentEvents } from './agent-events.ts'

/** The agents in force, in their order at each event. It never changes: who holds one keeps to it. */
export class AgentRoster {
  readonly agents: readonly Agent[]
  readonly #byEvent = new Map<AgentEvent, readonly Agent[]>()

  constructor(agents: readonly Agent[]) {
    this.agents = agents.toSorted((one, other) => one.priority - other.priority)
    for (const event of agentEvents) {
      const asked = this.agents.filter(({ events }) => events.has(event))
      if (asked.length > 0) this.#byEvent.set(event, asked)
    }
  }

  /** Who is asked at the event, in order; undefined when nobody is. */
  at(event: AgentEvent): readonly Agent[] | undefined {
    return this.#byEvent.get(event)
  }

  /** Whether anybody is asked at one of the events. */
  hasAny(events: readonly AgentEvent[]): boolean {
    return events.some((event) => this.#byEvent.has(event))
  }
}

export const noAgents = new AgentRoster([])
