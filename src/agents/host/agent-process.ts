import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Occasion } from '../occasion.ts'
import { viewEvent } from './event-view.ts'
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
        tell({ kind: 'pong' })
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
      tell({ kind: 'answer', id, actions: end() })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const stack = error instanceof Error ? error.stack : undefined
      tell({ kind: 'threw', id, reason, stack })
    } finally {
      this.#running.delete(id)
      ending.abort()
    }
  }

  #read(id: number, index: number): Promise<Uint8Array | undefined> {
    const request = this.#requests++
    const read = Promise.withResolvers<Uint8Array | undefined>()
    this.#reads.set(request, read)
    tell({ kind: 'read', id, request, index })
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

function tell(message: FromAgent): void {
  if (process.connected) process.send?.(message)
}

/** Says it and ends. */
function lastWord(message: FromAgent): void {
  process.send?.(message, () => process.exit(1))
}

function tellLine(given: unknown): void {
  const text = typeof given === 'string' ? given : inspect(given)
  tell({ kind: 'log', text: text.slice(0, longestLine) })
}

/**
 * A thread that looks after this process from outside of the agent's own: whatever the agent does, the process
 * ends when it takes too much memory, and when the service is gone.
 */
function watch(maxMemory: number): void {
  const watcher = new Worker(new URL('./process-watch.ts', import.meta.url), {
    workerData: { parent: process.ppid, limit: process.memoryUsage.rss() + maxMemory },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
  })
  watcher.unref()
}

async function begin(start: AgentStart): Promise<AgentProcess> {
  watch(start.maxMemory)
  const agent = await loadAgent(start.module, start.factory, factsOf(start))
  const running = new AgentProcess(start, agent)
  tell({ kind: 'loaded', events: [...agent.handlers.keys()] })
  return running
}

function run(): void {
  let running: AgentProcess | undefined
  process.on('message', (message: ToAgent) => {
    if (message.kind !== 'start') running?.take(message)
    else
      begin(message.start).then(
        (begun) => (running = begun),
        (error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error)
          lastWord({ kind: 'not-loaded', reason })
        },
      )
  })
  // What no handler waited for: nobody can tell to which call it belongs.
  process.on('uncaughtException', (error) => lastWord({ kind: 'crashed', reason: error.message }))
  process.once('disconnect', () => process.exit(0))
  // Word to end goes to all processes at once; this one ends when the service has no more use for it.
  process.on('SIGTERM', () => undefined)
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) run()
