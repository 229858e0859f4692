import type { Clock } from '../../base/clock.ts'
import { type Live, LiveValue } from '../../base/live.ts'
import type { ProgramLog } from '../../base/program-log.ts'
import { type AgentEvent, agentEvents } from '../agent-events.ts'
import { AgentRoster, noAgents } from '../agent-roster.ts'
import type { Agent } from '../agent.ts'
import { type AgentStatus, type BuiltInAgent, HostedAgent } from './hosted-agent.ts'
import type { StartChild } from './supervised-child.ts'
import type { TransportAgentSettings } from './transport-agent.ts'

export interface AgentHostOptions {
  readonly settings: Live<readonly TransportAgentSettings[]>
  /** Agents of the relay's own, which run in this process. */
  readonly builtIn?: Live<readonly Agent[]>
  /** The events at which the service asks; an agent that waits for others has no process here. All when absent. */
  readonly asks?: readonly AgentEvent[]
  readonly clock: Clock
  readonly log: ProgramLog
  readonly startChild?: StartChild
}

interface Hosted {
  readonly agent: HostedAgent
  /** As text: what has not changed goes on. */
  readonly settings: string
}

/** The users' agents of a service, each in its process, as the settings have them. */
export class AgentHost implements Disposable {
  readonly #options: AgentHostOptions
  readonly #roster = new LiveValue(noAgents)
  readonly #unsubscribe: () => void
  #hosted: readonly Hosted[] = []
  readonly #retired = new Set<HostedAgent>()
  #change: Promise<void>
  readonly #closing = new AbortController()

  private constructor(options: AgentHostOptions) {
    this.#options = options
    this.#change = this.#follow(options.settings.current)
    const follow = options.settings.subscribe((settings) => {
      this.#change = this.#change.then(() => this.#follow(settings))
    })
    const publish = options.builtIn?.subscribe(() => this.#publish())
    this.#unsubscribe = () => {
      follow()
      publish?.()
    }
  }

  /** Resolves when each agent is loaded or known to be broken. */
  static async open(options: AgentHostOptions): Promise<AgentHost> {
    const host = new AgentHost(options)
    await host.inForce()
    return host
  }

  /** The agents in force, those of the relay's own too: a change is there when all its agents are loaded. */
  get roster(): Live<AgentRoster> {
    return this.#roster
  }

  /** Resolves when the latest settings are in force. */
  async inForce(): Promise<void> {
    await this.#change
  }

  /** How the users' agents are that are enabled. */
  status(): readonly AgentStatus[] {
    return this.#hosted.map(({ agent }) => agent.status)
  }

  /** The relay's own agents that are in force. */
  builtIn(): readonly BuiltInAgent[] {
    return (this.#options.builtIn?.current ?? []).map(({ name, priority, events }) => ({
      name,
      priority,
      events: [...events],
    }))
  }

  [Symbol.dispose](): void {
    this.#closing.abort()
    this.#unsubscribe()
    for (const { agent } of this.#hosted) agent[Symbol.dispose]()
    for (const agent of this.#retired) agent[Symbol.dispose]()
  }

  async #follow(settings: readonly TransportAgentSettings[]): Promise<void> {
    const before = this.#hosted
    const next = settings
      .filter(({ Enabled }) => Enabled)
      .map((wanted) => {
        const text = JSON.stringify(wanted)
        return before.find((each) => each.settings === text) ?? this.#host(wanted, text)
      })
    await Promise.all(next.map(({ agent }) => agent.open()))
    for (const { agent } of next) if (!this.#isAsked(agent)) agent.rest()
    this.#hosted = next
    for (const each of before) if (!next.includes(each)) this.#retire(each.agent)
    if (this.#closing.signal.aborted) this[Symbol.dispose]()
    else this.#publish()
  }

  #isAsked({ events }: HostedAgent): boolean {
    const { asks = agentEvents } = this.#options
    return asks.some((event) => events.has(event))
  }

  #host(settings: TransportAgentSettings, text: string): Hosted {
    const { clock, log, startChild } = this.#options
    const agent = new HostedAgent({
      settings,
      clock,
      log,
      ...(startChild !== undefined && { startChild }),
      onEvents: () => {
        if (this.#hosted.some((each) => each.agent === agent)) this.#publish()
      },
    })
    return { agent, settings: text }
  }

  #publish(): void {
    const { builtIn } = this.#options
    this.#roster.set(
      new AgentRoster([...(builtIn?.current ?? []), ...this.#hosted.map(({ agent }) => agent)]),
    )
  }

  /** Sessions under way keep the agents that they began with. */
  #retire(agent: HostedAgent): void {
    this.#retired.add(agent)
    agent.retire(() => this.#retired.delete(agent))
  }
}
