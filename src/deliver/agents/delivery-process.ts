import { pathToFileURL } from 'node:url'
import {
  isModuleProcess,
  serveService,
  tell,
  watchProcess,
} from '../../agents/host/in-module-process.ts'
import type { ModuleDeliveryAgent, OutgoingMessage } from './module-contract.ts'
import type { FromModule, ModuleStart, ToModule } from './module-messages.ts'

/** What a module is asked in its process: one message at a time, whose pieces it asks for. */
class DeliveryProcess {
  readonly #start: ModuleStart
  readonly #agent: Promise<ModuleDeliveryAgent>
  #take: (piece: Uint8Array | undefined) => void = () => undefined

  constructor(start: ModuleStart) {
    this.#start = start
    this.#agent = load(start.module)
    // Told with the first message.
    this.#agent.catch(() => undefined)
  }

  take(said: Exclude<ToModule, { kind: 'start' }>): void {
    if (said.kind === 'deliver') void this.#deliver(said.message)
    else this.#take(said.piece)
  }

  async #deliver(message: Omit<OutgoingMessage, 'content'>): Promise<void> {
    const { settings, connector } = this.#start
    try {
      const agent = await this.#agent
      const content = this.#content()
      const outcomes: unknown = await agent.deliver(
        { ...message, content },
        { settings, connector },
      )
      say({ kind: 'done', outcomes })
    } catch (error) {
      say({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
    }
  }

  async *#content(): AsyncGenerator<Uint8Array, undefined> {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>()
      this.#take = resolve
      say({ kind: 'want piece' })
      const piece = await promise
      if (piece === undefined) return
      yield piece
    }
  }
}

const say = (message: FromModule) => tell(message)

async function load(module: string): Promise<ModuleDeliveryAgent> {
  const loaded: unknown = await import(pathToFileURL(module).href)
  const agent: unknown = propertyOf(loaded, 'default')
  if (typeof propertyOf(agent, 'deliver') === 'function') return agent as ModuleDeliveryAgent
  throw new Error('its default export has no function deliver')
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function run(): void {
  let running: DeliveryProcess | undefined
  serveService((given) => {
    const said = given as ToModule
    if (said.kind !== 'start') running?.take(said)
    else {
      watchProcess(said.maxMemory)
      running = new DeliveryProcess(said.start)
    }
  })
}

if (isModuleProcess(import.meta.url)) run()
