import { inspect } from 'node:util'
import type { Occasion } from '../occasion.ts'
import { viewEvent } from './event-view.ts'
import { isModuleProcess, lastWord, serveService, tell, watchProcess } from './in-module-process.ts'
import { type LoadedAgent, loadAgent } from './load-agent.ts'
import type { AgentStart, FromAgent, ToAgent } from './messages.ts'
import type { AgentFacts } from './module-contract.ts'

/** A line of an agent in the log; more of it helps nobody. */
const longestLine = 1000

/** The agent in its process: takes calls, and asks the service for what the handlers want to read. */
class AgentProcess {
  readonly #start: AgentStart
  readonly #facts: AgentFacts
  readonly #agent: LoadedAgent
  readonly #running = new Map<number, AbortController>()
  readonly #reads = new Map<number, PromiseWithResolvers<Uint8Array | undefined>>()
  #requests = 0

  constructor(start: AgentStart, agent: LoadedAgent) {
    this.#start = start
    this.#facts = factsOf(start)
    this.#agent = agent
  }

  take(message: ToAgent): void {
    switch (message.kind) {
      case 'call':
        void this.#call(message.id, message.occasion)
        return
      case 'piece':
        this.#piece(message)
        return
      case 'leave':
        this.#running.get(message.id)?.abort()
        return
      case 'ping':
        say({ kind: 'pong' })
        return
      case 'start':
    }
  }

  async #call(id: number, occasion: Occasion): Promise<void> {
    const ending = new AbortController()
    this.#running.set(id, ending)
    try {
      const { view, end } = viewEvent(occasion, {
        agent: this.#facts,
        signal: ending.signal,
        log: tellLine,
        readBody: (index) => this.#read(id, index),
        maxBodySize: this.#start.maxBodySize,
      })
      await this.#agent.handlers.get(occasion.event)?.(view)
      say({ kind: 'answer', id, actions: end() })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const stack = error instanceof Error ? error.stack : undefined
      say({ kind: 'threw', id, reason, stack })
    } finally {
      this.#running.delete(id)
      ending.abort()
    }
  }

  #read(id: number, index: number): Promise<Uint8Array | undefined> {
    const request = this.#requests++
    const read = Promise.withResolvers<Uint8Array | undefined>()
    this.#reads.set(request, read)
    say({ kind: 'read', id, request, index })
    return read.promise
  }

  #piece({ request, piece, fault }: Extract<ToAgent, { kind: 'piece' }>): void {
    const read = this.#reads.get(request)
    this.#reads.delete(request)
    if (fault === undefined) read?.resolve(piece)
    else read?.reject(new Error(fault))
  }
}

const factsOf = ({ name, settings }: AgentStart): AgentFacts => ({ name, settings })

const say = (message: FromAgent) => tell(message)

function tellLine(given: unknown): void {
  const text = typeof given === 'string' ? given : inspect(given)
  say({ kind: 'log', text: text.slice(0, longestLine) })
}

async function begin(start: AgentStart): Promise<AgentProcess> {
  watchProcess(start.maxMemory)
  const agent = await loadAgent(start.module, start.factory, factsOf(start))
  const running = new AgentProcess(start, agent)
  say({ kind: 'loaded', events: [...agent.handlers.keys()] })
  return running
}

function run(): void {
  let running: AgentProcess | undefined
  serveService((given) => {
    const message = given as ToAgent
    if (message.kind !== 'start') running?.take(message)
    else
      begin(message.start).then(
        (begun) => (running = begun),
        (error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error)
          lastWord({ kind: 'not-loaded', reason } satisfies FromAgent)
        },
      )
  })
}

if (isModuleProcess(import.meta.url)) run()
