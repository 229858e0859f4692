import { isFromAgent } from './message-shape.ts'
import type { AgentStart, FromAgent, ToAgent } from './messages.ts'
import { ModuleProcess, type ModuleProcessListener } from './module-process.ts'

const program = new URL('./agent-process.ts', import.meta.url)

/** Who hears of an agent's process. */
export interface ChildListener extends Omit<ModuleProcessListener, 'onMessage'> {
  readonly onMessage: (message: FromAgent) => void
}

/** The process of a transport agent. */
export class AgentChild {
  readonly #process: ModuleProcess

  constructor(start: AgentStart, listener: ChildListener) {
    this.#process = new ModuleProcess({
      program,
      environment: environmentOf(process.env),
      maxMemory: start.maxMemory,
      memoryName: 'its MaxMemory',
      listener: {
        onMessage: (message) => {
          if (!isFromAgent(message)) return
          if (message.kind === 'crashed') this.#process.crashed(message.reason)
          else listener.onMessage(message)
        },
        onLine: listener.onLine,
        onEnd: listener.onEnd,
      },
    })
    this.send({ kind: 'start', start })
  }

  /** Never throws; what a process that ends does not get is told by its end. */
  send(message: ToAgent): void {
    this.#process.send(message)
  }

  /** Ends it at once. */
  kill(reason: string): void {
    this.#process.kill(reason)
  }
}

/** What agents see of the environment: not the settings of the server, which may hold its secrets. */
function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('EDGE_')),
  )
}
