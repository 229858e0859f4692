import { pathToFileURL } from 'node:url'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { ModuleDeliveryAgent } from './module-contract.ts'
import type { FromModule, ModuleStart, ToModule } from './module-messages.ts'

/** The thread in which a module delivers: one message at a time, whose pieces it asks for. */
if (parentPort !== null) serve(parentPort, workerData as ModuleStart)

function serve(port: MessagePort, { module, settings, connector }: ModuleStart): void {
  const say = (message: FromModule) => port.postMessage(message)
  const agent = load(module)
  // Told with the first message.
  agent.catch(() => undefined)
  let taking: { readonly of: number; readonly take: (piece: Uint8Array | undefined) => void }
  const contentOf = (of: number): AsyncIterable<Uint8Array> => ({
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>()
        taking = { of, take: resolve }
        say({ kind: 'want piece', of })
        const piece = await promise
        if (piece === undefined) return
        yield piece
      }
    },
  })
  const deliver = async ({ of, message }: Extract<ToModule, { kind: 'deliver' }>) => {
    try {
      const outgoing = { ...message, content: contentOf(of) }
      const delivering = (await agent).deliver(outgoing, { settings, connector })
      say({ kind: 'done', of, outcomes: await delivering })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      say({ kind: 'failed', of, reason })
    }
  }
  port.on('message', (said: ToModule) => {
    if (said.kind === 'deliver') void deliver(said)
    else if (said.of === taking.of) taking.take(said.piece)
  })
}

async function load(module: string): Promise<ModuleDeliveryAgent> {
  const loaded: unknown = await import(pathToFileURL(module).href)
  const agent: unknown = propertyOf(loaded, 'default')
  if (typeof propertyOf(agent, 'deliver') === 'function') return agent as ModuleDeliveryAgent
  throw new Error('its default export has no function deliver')
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
