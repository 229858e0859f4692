import { type Server, type Socket, createServer } from 'node:net'
import { type Binding, formatBinding } from './connectors/binding.ts'
import { isWildcard } from './connectors/connector-selection.ts'
import { type SharedPorts, listen } from './shared-ports.ts'

/** A socket could not be opened; `message` says where and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  readonly code: string

  constructor(binding: Binding, cause: NodeJS.ErrnoException) {
    const code = cause.code ?? 'UNKNOWN'
    super(`Cannot listen on ${formatBinding(binding)}: ${advice[code] ?? cause.message}`, { cause })
    this.code = code
  }
}

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has this port. Stop it, or change the Bindings of the connector.',
  EACCES:
    'no right to use this port. Ports below 1024 need root, the capability CAP_NET_BIND_SERVICE, or the sysctl net.ipv4.ip_unprivileged_port_start.',
  EADDRNOTAVAIL: 'this machine does not have the address. Change the Bindings of the connector.',
}

/** Queue of connections the kernel holds for us. */
const backlog = 1024

export interface ListenerEvents {
  /** A connection came; whoever is called owns it. */
  accepted(socket: Socket): void
  /** A connection could not be taken, as when file descriptors run out; the listener goes on. */
  failed(error: Error): void
}

/** One listening socket. */
export class Listener {
  readonly binding: Binding
  readonly #server: Server
  readonly #ports: SharedPorts | undefined
  #open = true

  private constructor(binding: Binding, server: Server, ports: SharedPorts | undefined) {
    this.binding = binding
    this.#server = server
    this.#ports = ports
    ports?.opened(binding)
  }

  /**
   * Opens the socket; with `ports` other processes of ours have it too, and the system spreads the
   * connections. Undefined when the machine has no IPv6 and the binding is `[::]`. Rejects with a
   * ListenError.
   */
  static async open(
    binding: Binding,
    events: ListenerEvents,
    ports?: SharedPorts,
  ): Promise<Listener | undefined> {
    // Half-open: a client that sends all at once and closes its side still gets its answers.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      events.accepted(socket),
    )
    const { address: host, port } = binding
    const options = { host, port, backlog, ipv6Only: true, reusePort: ports !== undefined }
    const error = (await ports?.taken(binding)) ?? (await listen(server, options))
    if (error === undefined) {
      server.on('error', (failure) => events.failed(failure))
      return new Listener(binding, server, ports)
    }
    if (isWildcard(binding) && isMissingIpv6(binding, error)) return undefined
    throw new ListenError(binding, error)
  }

  /** The real port, where the binding has 0. */
  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : this.binding.port
  }

  /** Stops listening; connections made before go on. Does nothing the second time. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#server.close()
    this.#ports?.closed(this.binding)
  }
}

function isMissingIpv6({ address }: Binding, { code }: NodeJS.ErrnoException): boolean {
  return address.includes(':') && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')
}
