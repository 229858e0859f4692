import type { Clock, Timer } from '../../base/clock.ts'
import type { ProgramLog } from '../../base/program-log.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'
import type { AgentAction } from '../agent-action.ts'
import type { AgentEvent } from '../agent-events.ts'
import type { Agent, AgentCall } from '../agent.ts'
import type { Occasion } from '../occasion.ts'
import { AgentLines } from './agent-lines.ts'
import type { FromAgent } from './messages.ts'
import { type StartChild, SupervisedChild, loadLimit } from './supervised-child.ts'
import { startOf } from './start-of.ts'
import type { TransportAgentSettings } from './transport-agent.ts'

/** So many calls are in an agent's process at once; others wait in line. */
const mostAtOnce = 32
/** So many calls that never ended are left behind in a process before another takes its place. */
const mostLeft = 32
/** A call whose process ended under it is tried so often. */
const mostTries = 3
/** For the time that it takes to find a process held up, and to start another. */
const suspectsPatience: Milliseconds = 5 * second
/** An agent that is no longer in force ends when nobody has asked it for so long. */
const lingering: Milliseconds = 5 * second
/** Where an agent stands that was never loaded, so that no mail passes it by. */
const eventsUnknown: ReadonlySet<AgentEvent> = new Set<AgentEvent>(['OnMailCommand'])

/** An agent of the relay's own, as Get-TransportAgent tells of it. */
export interface BuiltInAgent {
  readonly name: string
  readonly priority: number
  readonly events: readonly AgentEvent[]
}

/** What Get-TransportAgent tells of a user's agent beside its settings. */
export interface AgentStatus {
  readonly name: string
  readonly state: SupervisedChild['state']
  /** Empty as long as its module was never loaded. */
  readonly events: readonly AgentEvent[]
  /** How often it was asked, and how often that came to nothing. */
  readonly calls: number
  readonly failures: number
  /** How often its process was started. */
  readonly starts: number
  readonly lastError?: string
  readonly lastErrorTime?: Milliseconds
}

export interface HostedAgentOptions {
  readonly settings: TransportAgentSettings
  readonly clock: Clock
  readonly log: ProgramLog
  /** It is asked at other events than before. */
  readonly onEvents?: () => void
  readonly startChild?: StartChild
}

/** One question to the agent, in line or in its process. */
interface Asked {
  readonly id: number
  readonly occasion: Occasion
  readonly call: AgentCall
  readonly resolve: (actions: readonly AgentAction[]) => void
  readonly reject: (error: Error) => void
  timer: Timer | undefined
  tries: number
  /** Its process ended while it was there with others: it goes on without them, so that the one at fault is found. */
  suspected: boolean
}

/**
 * A user's agent, which runs in a process of its own. Whatever its code does, those who ask get an answer or an
 * error within a bounded time. What it throws and what never ends costs its own call; a process that is held
 * up, grows too large or ends is replaced, and what else was in it is asked again.
 */
export class HostedAgent implements Agent, Disposable {
  readonly name: string
  readonly priority: number
  readonly timeLimit: Milliseconds
  readonly #options: HostedAgentOptions
  readonly #limit: Milliseconds
  readonly #lines: AgentLines
  readonly #child: SupervisedChild
  #events: ReadonlySet<AgentEvent> | undefined
  readonly #line: Asked[] = []
  readonly #inHand = new Map<number, Asked>()
  #lastId = 0
  /** Calls that went on without anybody waiting for them, in the process that runs now. */
  #left = 0
  #calls = 0
  #failures = 0
  #lastError: { readonly lastError: string; readonly lastErrorTime: Milliseconds } | undefined
  #retired: { readonly stopped: () => void; timer?: Timer } | undefined
  readonly #tried = Promise.withResolvers<undefined>()

  constructor(options: HostedAgentOptions) {
    const { settings, clock, log, startChild } = options
    this.#options = options
    this.#lines = new AgentLines(log, clock, settings.Name)
    this.name = settings.Name
    this.priority = settings.Priority
    this.#limit = settings.TimeLimit
    // The limit itself is kept here; who asks also waits in line, and for what others did to the process.
    this.timeLimit = 10 * settings.TimeLimit + loadLimit
    this.#child = new SupervisedChild({
      start: startOf(settings),
      clock,
      ...(startChild !== undefined && { startChild }),
      listener: {
        onUp: (events) => this.#up(events),
        onDown: (reason) => this.#down(reason),
        onMessage: (message) => this.#received(message),
        onLine: (line) => this.#lines.write(line),
      },
    })
  }

  get events(): ReadonlySet<AgentEvent> {
    return this.#events ?? eventsUnknown
  }

  get status(): AgentStatus {
    return {
      name: this.name,
      state: this.#child.state,
      events: [...(this.#events ?? [])],
      calls: this.#calls,
      failures: this.#failures,
      starts: this.#child.starts,
      ...this.#lastError,
    }
  }

  /** Starts its process; resolves when its module is loaded, or cannot be. */
  async open(): Promise<void> {
    this.#child.begin()
    await this.#tried.promise
  }

  handle(occasion: Occasion, call: AgentCall): Promise<readonly AgentAction[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly AgentAction[]>()
    const id = ++this.#lastId
    const state = { timer: undefined, tries: 0, suspected: false }
    const asked: Asked = { id, occasion, call, resolve, reject, ...state }
    this.#calls++
    call.signal.addEventListener('abort', () => this.#leave(asked), { once: true })
    this.#line.push(asked)
    this.#waitInLine(asked, this.#limit)
    this.#go()
    return promise
  }

  /** Nobody will ask it for now: its process ends, until somebody does. */
  rest(): void {
    if (this.#line.length === 0 && this.#inHand.size === 0) this.#child.stop()
  }

  /** It is no longer in force: whoever still knows it may ask it, and it stops when nobody does. */
  retire(stopped: () => void): void {
    this.#retired ??= { stopped }
    this.#stopWhenIdle()
  }

  [Symbol.dispose](): void {
    this.#retired?.timer?.cancel()
    this.#child.stop()
    for (const asked of [...this.#inHand.values(), ...this.#line]) this.#fail(asked, 'was stopped')
  }

  /** Passes on from the line what the process may have. */
  #go(): void {
    if (this.#line.length === 0) {
      if (this.#retired !== undefined) this.#stopWhenIdle()
      return
    }
    this.#child.begin()
    if (this.#child.isUnloadable) {
      for (const asked of this.#line.splice(0))
        this.#fail(asked, this.#lastError?.lastError ?? 'could not be loaded')
      return
    }
    if (this.#child.state !== 'Running') return
    for (
      let [next] = this.#line;
      next !== undefined && this.#hasRoomFor(next);
      [next] = this.#line
    ) {
      this.#line.shift()
      this.#ask(next)
    }
  }

  /** A suspect has the process to itself. */
  #hasRoomFor({ suspected }: Asked): boolean {
    if (suspected) return this.#inHand.size === 0
    const [other] = this.#inHand.values()
    return other?.suspected !== true && this.#inHand.size < mostAtOnce
  }

  #ask(asked: Asked): void {
    asked.tries++
    this.#inHand.set(asked.id, asked)
    this.#child.send({ kind: 'call', id: asked.id, occasion: asked.occasion })
    this.#limitTo(asked, this.#limit, () => void this.#late(asked))
  }

  #waitInLine(asked: Asked, limit: Milliseconds): void {
    this.#limitTo(asked, limit, () => {
      this.#leaveLine(asked)
      this.#fail(asked, `had no time for it within ${limit / second} s`)
    })
  }

  #limitTo(asked: Asked, limit: Milliseconds, action: () => void): void {
    asked.timer?.cancel()
    asked.timer = this.#options.clock.after(limit, action)
  }

  #leaveLine(asked: Asked): boolean {
    const at = this.#line.indexOf(asked)
    if (at !== -1) this.#line.splice(at, 1)
    return at !== -1
  }

  #received(message: FromAgent): void {
    switch (message.kind) {
      case 'answer':
        this.#ended(message.id, ({ resolve }) => resolve(message.actions))
        return
      case 'threw':
        this.#ended(message.id, (asked) =>
          this.#fail(asked, `threw an error: ${message.reason}`, message.stack),
        )
        return
      case 'read':
        void this.#read(message)
        return
      case 'log':
        this.#lines.write(message.text)
        return
      default:
    }
  }

  /** A call came to its end in the process. */
  #ended(id: number, tell: (asked: Asked) => void): void {
    const asked = this.#inHand.get(id)
    this.#child.wasOfUse()
    if (asked === undefined) this.#left--
    else {
      this.#inHand.delete(id)
      asked.timer?.cancel()
      tell(asked)
    }
    this.#go()
  }

  async #read({ id, request, index }: Extract<FromAgent, { kind: 'read' }>): Promise<void> {
    const call = this.#inHand.get(id)?.call
    try {
      const piece = await call?.readBody(index)
      this.#child.send({ kind: 'piece', request, piece })
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error)
      this.#child.send({ kind: 'piece', request, fault })
    }
  }

  /** Nobody waits for the answer any more. */
  #leave(asked: Asked): void {
    asked.timer?.cancel()
    if (this.#leaveLine(asked)) asked.reject(new AgentFailure('nobody waits for it any more'))
    else if (this.#inHand.delete(asked.id)) {
      asked.reject(new AgentFailure('nobody waits for it any more'))
      this.#leaveBehind(asked)
    }
  }

  /** It is over its limit. Either it alone never ends, or it keeps the process from everything else. */
  async #late(asked: Asked): Promise<void> {
    const { tries } = asked
    const lives = await this.#child.answers()
    if (this.#inHand.get(asked.id) !== asked || asked.tries !== tries) return
    const reason = `gave no answer within ${this.#limit / second} s`
    if (!lives) {
      this.#child.restart(`${reason} and held up its process`)
      return
    }
    this.#inHand.delete(asked.id)
    this.#fail(asked, reason)
    this.#leaveBehind(asked)
  }

  #leaveBehind({ id }: Asked): void {
    this.#child.send({ kind: 'leave', id })
    if (++this.#left >= mostLeft)
      this.#child.restart(`had ${mostLeft} calls at a time that did not end`)
    this.#go()
  }

  #up(events: readonly AgentEvent[]): void {
    const known = this.#events
    this.#events = new Set(events)
    this.#tried.resolve(undefined)
    if (known?.symmetricDifference(this.#events).size !== 0) this.#options.onEvents?.()
    this.#go()
  }

  #down(reason: string): void {
    this.#left = 0
    this.#note(reason)
    this.#options.log.error(
      { agent: this.name, reason },
      `The process of the agent ${this.name} ended and is started anew`,
    )
    const suspects = [...this.#inHand.values()]
    this.#inHand.clear()
    const [culprit] = suspects
    if (culprit !== undefined && suspects.length === 1) {
      this.#fail(culprit, reason)
      for (const asked of this.#line) asked.suspected = false
    } else for (const asked of suspects.toReversed()) this.#suspect(asked, reason)
    this.#tried.resolve(undefined)
    this.#go()
  }

  #suspect(asked: Asked, reason: string): void {
    if (asked.tries >= mostTries) {
      this.#fail(asked, reason)
      return
    }
    asked.suspected = true
    this.#line.unshift(asked)
    // Each before it may take its whole time, until one is found at fault.
    this.#waitInLine(asked, 3 * this.#limit + suspectsPatience)
  }

  #fail(asked: Asked, reason: string, stack?: string): void {
    asked.timer?.cancel()
    this.#failures++
    this.#note(reason)
    asked.reject(new AgentFailure(reason, stack))
  }

  #note(lastError: string): void {
    this.#lastError = { lastError, lastErrorTime: this.#options.clock.now() }
  }

  #stopWhenIdle(): void {
    if (this.#retired === undefined) return
    const retired = this.#retired
    retired.timer?.cancel()
    retired.timer = this.#options.clock.after(lingering, () => {
      if (this.#line.length > 0 || this.#inHand.size > 0) return
      this.#child.stop()
      retired.stopped()
    })
  }
}

/** Why an agent gave no answer; the end of a sentence that begins with its name. */
class AgentFailure extends Error {
  override readonly name = 'AgentFailure'

  constructor(message: string, stack?: string) {
    super(message)
    // That of the agent's own code says more than ours.
    if (stack !== undefined) this.stack = stack
  }
}
