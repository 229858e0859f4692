import type { Clock, Timer } from '../../base/clock.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'
import type { AgentEvent } from '../agent-events.ts'
import { AgentChild, type ChildListener } from './agent-child.ts'
import type { AgentStart, FromAgent, ToAgent } from './messages.ts'

/** A process that ends again before it was of use is started after a time that doubles, up to the longest. */
const firstDelay: Milliseconds = second / 4
const longestDelay: Milliseconds = 10 * second
/** How long a module may take to load. */
export const loadLimit: Milliseconds = 30 * second
/** A process that says nothing at all within this time is held up by the agent's code. */
const pingTime: Milliseconds = second

/** A process of an agent, as far as it is used here. */
export type Child = Pick<AgentChild, 'send' | 'kill'>

/** Starts the process of an agent. */
export type StartChild = (start: AgentStart, listener: ChildListener) => Child

export interface SupervisedChildOptions {
  readonly start: AgentStart
  readonly clock: Clock
  readonly startChild?: StartChild
  readonly listener: SupervisedChildListener
}

/** Who hears of a process that is kept up. */
export interface SupervisedChildListener {
  /** Its module is loaded: it can be asked, at these events. */
  readonly onUp: (events: readonly AgentEvent[]) => void
  /** It is gone, or could not be started; `reason` is the end of a sentence that begins with the agent's name. */
  readonly onDown: (reason: string) => void
  readonly onMessage: (message: FromAgent) => void
  readonly onLine: (line: string) => void
}

type State =
  | { readonly kind: 'Stopped' }
  | { readonly kind: 'Starting'; readonly child: Child; readonly limit: Timer }
  | { readonly kind: 'Running'; readonly child: Child }
  /** Until its next start. `unloadable`: its module is at fault, so nobody need wait for that. */
  | { readonly kind: 'Failed'; readonly retry: Timer; readonly unloadable: boolean }

/** The process of an agent, started anew whenever it ends, until it is stopped. */
export class SupervisedChild {
  readonly #options: SupervisedChildOptions
  #state: State = { kind: 'Stopped' }
  #starts = 0
  /** How often it ended since it was last of use. */
  #ends = 0
  /** A sign of life that is waited for, and how it is told. */
  #ping: { readonly answer: Promise<boolean>; readonly tell: (lives: boolean) => void } | undefined

  constructor(options: SupervisedChildOptions) {
    this.#options = options
  }

  get state(): State['kind'] {
    return this.#state.kind
  }

  /** How often it was started. */
  get starts(): number {
    return this.#starts
  }

  /** Its module cannot be loaded now. */
  get isUnloadable(): boolean {
    return this.#state.kind === 'Failed' && this.#state.unloadable
  }

  /** Starts it unless it is there already, or will be. */
  begin(): void {
    if (this.#state.kind === 'Stopped') this.#start()
  }

  send(message: ToAgent): void {
    if (this.#state.kind === 'Running') this.#state.child.send(message)
  }

  /** It did what it is for. */
  wasOfUse(): void {
    this.#ends = 0
  }

  /** Whether its agent lets it say anything at all. */
  async answers(): Promise<boolean> {
    if (this.#ping !== undefined) return await this.#ping.answer
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const timer = this.#options.clock.after(pingTime, () => resolve(false))
    this.#ping = { answer: promise, tell: resolve }
    this.send({ kind: 'ping' })
    const lives = await promise
    timer.cancel()
    this.#ping = undefined
    return lives
  }

  /** Ends it, to be started anew. */
  restart(reason: string): void {
    if (this.#state.kind === 'Running' || this.#state.kind === 'Starting')
      this.#state.child.kill(reason)
  }

  /** Ends it; it is not started before somebody asks for that. */
  stop(): void {
    const state = this.#state
    this.#state = { kind: 'Stopped' }
    if (state.kind === 'Failed') state.retry.cancel()
    if (state.kind === 'Starting') state.limit.cancel()
    if ('child' in state) state.child.kill('was stopped')
  }

  #start(): void {
    const { start, clock, listener, startChild = startProcess } = this.#options
    this.#starts++
    let unloadable = false
    const child = startChild(start, {
      onMessage: (message) => {
        if (message.kind === 'loaded') this.#loaded(child, message.events)
        else if (message.kind === 'not-loaded') {
          unloadable = true
          child.kill(`could not be loaded from ${start.module}: ${message.reason}`)
        } else if (message.kind === 'pong') this.#ping?.tell(true)
        else listener.onMessage(message)
      },
      onLine: listener.onLine,
      onEnd: (reason) => this.#ended(child, { reason, unloadable }),
    })
    const limit = clock.after(loadLimit, () => {
      unloadable = true
      child.kill(`was not loaded within ${loadLimit / second} s`)
    })
    this.#state = { kind: 'Starting', child, limit }
  }

  #loaded(child: Child, events: readonly AgentEvent[]): void {
    if (this.#state.kind !== 'Starting' || this.#state.child !== child) return
    this.#state.limit.cancel()
    this.#state = { kind: 'Running', child }
    this.#options.listener.onUp(events)
  }

  #ended(child: Child, { reason, unloadable }: { reason: string; unloadable: boolean }): void {
    if (!('child' in this.#state) || this.#state.child !== child) return
    if (this.#state.kind === 'Starting') this.#state.limit.cancel()
    this.#ping?.tell(false)
    const delay = this.#ends === 0 ? 0 : Math.min(firstDelay * 2 ** this.#ends, longestDelay)
    this.#ends++
    const retry = this.#options.clock.after(unloadable ? longestDelay : delay, () => this.#start())
    this.#state = { kind: 'Failed', retry, unloadable }
    this.#options.listener.onDown(reason)
  }
}

const startProcess: StartChild = (start, listener) => new AgentChild(start, listener)
