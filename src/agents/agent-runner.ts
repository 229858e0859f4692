import type { Awaitable } from '../base/awaitable.ts'
import type { Clock } from '../base/clock.ts'
import { HalfTheTime } from '../base/half-the-time.ts'
import type { Live } from '../base/live.ts'
import type { ProgramLog } from '../base/program-log.ts'
import { readActions } from './action-shape.ts'
import type { Agent, AgentCall } from './agent.ts'
import { defaultTimeLimit } from './agent.ts'
import type { AgentAction } from './agent-action.ts'
import type { AgentRoster } from './agent-roster.ts'
import type { Occasion } from './occasion.ts'

/** What agents are asked about, and what their actions change. */
export interface Subject<Verdict> {
  /** The facts as they are now; asked for before each agent. */
  occasion(): Occasion
  /** See `AgentCall.readBody`. */
  readBody(index: number): Awaitable<Uint8Array | undefined>
  /** Does what an agent wants; a verdict ends the asking. Throws when it cannot be done: that is the agent's fault. */
  apply(action: AgentAction, agent: Agent): Awaitable<Verdict | undefined>
}

/** How an agent failed to answer. */
export interface AgentFault {
  readonly agent: string
  readonly reason: string
}

/** What came of asking the agents of an event. */
export type Asked<Verdict> =
  | { readonly kind: 'passed' }
  | { readonly kind: 'decided'; readonly agent: string; readonly verdict: Verdict }
  | { readonly kind: 'failed'; readonly fault: AgentFault }

/** Something an agent did, for the agent log. */
export interface AgentRecord {
  readonly agent: string
  readonly occasion: Occasion
  readonly action: AgentAction
}

export interface AgentRunnerOptions {
  readonly roster: Live<AgentRoster>
  readonly clock: Clock
  /** Told of agents that fail; one that repeats the same every minute at most. */
  readonly log: ProgramLog
  /** Told of every action that was done. */
  readonly onAction?: (record: AgentRecord) => void
}

const passed = { kind: 'passed' } as const

/** Asks agents in their order and has done what they answer. One that fails costs what it was asked about. */
export class AgentRunner {
  readonly #options: AgentRunnerOptions

  constructor(options: AgentRunnerOptions) {
    this.#options = options
  }

  /** The agents in force now. */
  get roster(): AgentRoster {
    return this.#options.roster.current
  }

  /** Asks one after the other until a verdict is there. Never rejects. `gone` ends the waiting. */
  async ask<Verdict>(
    agents: readonly Agent[],
    subject: Subject<Verdict>,
    gone?: AbortSignal,
  ): Promise<Asked<Verdict>> {
    for (const agent of agents) {
      const occasion = subject.occasion()
      try {
        const actions = await this.#answer(agent, { occasion, subject, gone })
        const pace = new HalfTheTime(this.#options.clock)
        for (const action of actions) {
          if (pace.mustRest) await pace.rest()
          const verdict = await subject.apply(action, agent)
          this.#options.onAction?.({ agent: agent.name, occasion, action })
          if (verdict !== undefined) return { kind: 'decided', agent: agent.name, verdict }
        }
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        if (gone?.aborted !== true) this.#tell(agent, occasion, error)
        return { kind: 'failed', fault: { agent: agent.name, reason } }
      }
    }
    return passed
  }

  /** What the agent wants done. Rejects when that cannot be known. */
  async #answer(
    agent: Agent,
    { occasion, subject, gone }: Question,
  ): Promise<readonly AgentAction[]> {
    const ending = new AbortController()
    try {
      const { signal } = ending
      const call: AgentCall = {
        signal,
        readBody(index) {
          signal.throwIfAborted()
          return subject.readBody(index)
        },
      }
      const answer = agent.handle(occasion, call)
      const given = answer instanceof Promise ? await this.#inTime(answer, agent, gone) : answer
      const read = readActions(given, occasion.event)
      if ('fault' in read) throw new AgentError(read.fault)
      return read.actions
    } finally {
      ending.abort()
    }
  }

  /** The answer, if it comes in time; one that comes later is not looked at. */
  #inTime<Answer>(
    answer: Promise<Answer>,
    { timeLimit = defaultTimeLimit }: Agent,
    gone: AbortSignal | undefined,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const end = () => {
        timer.cancel()
        gone?.removeEventListener('abort', leave)
      }
      const giveUp = (reason: string) => {
        end()
        reject(new AgentError(reason))
      }
      const leave = () => giveUp('the client is gone')
      const timer = this.#options.clock.after(timeLimit, () =>
        giveUp(`no answer within ${timeLimit / 1000} s`),
      )
      gone?.addEventListener('abort', leave, { once: true })
      answer.then(resolve, reject).finally(end)
      if (gone?.aborted === true) leave()
    })
  }

  #tell({ name }: Agent, { event }: Occasion, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    this.#options.log.error(
      { agent: name, event, reason, ...(error instanceof AgentError ? {} : { error }) },
      `The agent ${name} failed at ${event}; what it was asked about was put off`,
    )
  }
}

interface Question {
  readonly occasion: Occasion
  readonly subject: Pick<Subject<unknown>, 'readBody'>
  readonly gone: AbortSignal | undefined
}

/** What an agent did wrong without throwing. */
class AgentError extends Error {
  override readonly name = 'AgentError'
}
