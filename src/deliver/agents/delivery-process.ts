import { pathToFileURL } from 'node:url'
import {
  isModuleProcess,
  serveService,
  tell,
  watchProcess,
} from '../../agents/host/in-module-process.ts'
import type { ModuleDeliveryAgent } from './module-contract.ts'
import type { FromModule, ModuleStart, ToModule } from './module-messages.ts'

/** What a module is asked in its process: one message at a time, whose pieces it asks for. */
class DeliveryProcess {
  readonly #start: ModuleStart
  readonly #agent: Promise<ModuleDeliveryAgent>
  /** Who waits for a piece of the message of that number. */
  #taking: { readonly of: number; readonly take: (piece: Uint8Array | undefined) => void } = {
    of: 0,
    take: () => undefined,
  }

  constructor(start: ModuleStart) {
    this.#start = start
    this.#agent = load(start.module)
    // Told with the first message.
    this.#agent.catch(() => undefined)
  }

  take(said: Exclude<ToModule, { kind: 'start' }>): void {
    if (said.kind === 'deliver') void this.#deliver(said)
    else if (said.of === this.#taking.of) this.#taking.take(said.piece)
  }

  async #deliver({ of, message }: Extract<ToModule, { kind: 'deliver' }>): Promise<void> {
    const { settings, connector } = this.#start
    try {
      const agent = await this.#agent
      const content = this.#content(of)
      const outcomes: unknown = await agent.deliver(
        { ...message, content },
        { settings, connector },
      )
      say({ kind: 'done', of, outcomes })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      say({ kind: 'failed', of, reason })
    }
  }

  async *#content(of: number): AsyncGenerator<Uint8Array, undefined> {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>()
      this.#taking = { of, take: resolve }
      say({ kind: 'want piece', of })
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
