import { type Server, createServer } from 'node:net'
import type { Clock } from '../base/clock.ts'
import type { SharedCounts } from '../base/shared-counts.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { Binding } from './connectors/binding.ts'

/** A sibling may be finding out the same just now: so often, and after so long, it is tried again. */
const attempts = 5
const pause: Milliseconds = 100

/**
 * The ports that a process has together with its siblings. Among processes that share a port the system
 * no longer tells that another program has it, so whoever is the first of us asks for it alone before.
 */
export class SharedPorts {
  readonly #siblings: SharedCounts
  readonly #clock: Clock
  readonly #own = new Map<number, number>()

  constructor(siblings: SharedCounts, clock: Clock) {
    this.#siblings = siblings
    this.#clock = clock
  }

  /** The system's error when another program has the port; undefined when one of us has it, or nobody. */
  async taken(binding: Binding): Promise<NodeJS.ErrnoException | undefined> {
    for (let attempt = 1; ; attempt++) {
      if (this.#siblings.ofOthers(portKey(binding.port)) > 0) return undefined
      const error = await listenAlone(binding)
      if (error?.code !== 'EADDRINUSE') return undefined
      if (attempt === attempts) return error
      await this.#clock.sleep(pause)
    }
  }

  opened({ port }: Binding): void {
    this.#count(port, 1)
  }

  closed({ port }: Binding): void {
    this.#count(port, -1)
  }

  #count(port: number, by: number): void {
    const own = (this.#own.get(port) ?? 0) + by
    this.#own.set(port, own)
    this.#siblings.tell(portKey(port), own, 1)
  }
}

function portKey(port: number): string {
  return `port\0${port}`
}

/** Listens for a moment, with no one else allowed to; what else is wrong is told by who listens for good. */
async function listenAlone({
  address: host,
  port,
}: Binding): Promise<NodeJS.ErrnoException | undefined> {
  const server = createServer((socket) => socket.destroy())
  const error = await listen(server, { host, port, ipv6Only: true })
  if (error !== undefined) return error
  const closed = Promise.withResolvers<undefined>()
  server.close(() => closed.resolve(undefined))
  await closed.promise
  return undefined
}

/** Resolves with the system's error when the server cannot listen. */
export async function listen(
  server: Server,
  options: {
    readonly host: string
    readonly port: number
    readonly ipv6Only: boolean
    readonly backlog?: number
    readonly reusePort?: boolean
  },
): Promise<NodeJS.ErrnoException | undefined> {
  return await new Promise((resolve) => {
    server.once('error', resolve)
    server.listen(options, () => resolve(undefined))
  })
}
