import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { Endpoint } from '../../message/message-sink.ts'
import { ClientFailure } from './client-failure.ts'
import type { Target } from './target.ts'

export interface DialOptions {
  /** Local address to bind; absent: the system's choice. */
  readonly localAddress?: string
  readonly timeout: Milliseconds
  readonly signal: AbortSignal
}

/** A connection ready for the peer's greeting; the caller owns it and listens to its errors. */
export interface Connection {
  readonly socket: Duplex
  readonly local: Endpoint
  readonly remote: Endpoint
}

/** Makes connections: directly, or through the front end. */
export interface Dialer {
  /** Rejects with a ClientFailure of stage `connect` when the target cannot be reached. */
  dial(target: Target, options: DialOptions): Promise<Connection>
}

/** Connects straight to the target. */
export function directDialer(clock: Clock): Dialer {
  return { dial: (target, options) => dialDirectly(clock, target, options) }
}

function dialDirectly(clock: Clock, target: Target, options: DialOptions): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const { address, port } = target
    const bound = options.localAddress === undefined ? {} : { localAddress: options.localAddress }
    const socket = connect({ host: address, port, noDelay: true, keepAlive: true, ...bound })
    const settle = (failure?: ClientFailure) => {
      timer.cancel()
      options.signal.removeEventListener('abort', onAbort)
      socket.off('connect', onConnect)
      if (failure !== undefined) {
        socket.destroy()
        reject(failure)
      }
    }
    const onConnect = () => {
      settle()
      const local = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 }
      resolve({ socket, local, remote: { address, port } })
    }
    const onAbort = () => settle(givenUp(options.signal.reason))
    const onTimeout = () => settle(failed('timeout', 'the connection attempt timed out'))
    const timer = clock.after(options.timeout, onTimeout)
    socket.once('connect', onConnect)
    // Stays for good: a socket whose dial was given up can still report an error.
    socket.on('error', (error) => settle(failed('refused', error.message, error)))
    options.signal.addEventListener('abort', onAbort, { once: true })
    if (options.signal.aborted) onAbort()
  })
}

/** The caller's reason, where it is one of delivery; else the service ends. */
function givenUp(reason: unknown): ClientFailure {
  return reason instanceof ClientFailure ? reason : failed('closed', 'delivery is shutting down')
}

function failed(kind: 'refused' | 'timeout' | 'closed', message: string, cause?: Error) {
  return new ClientFailure(message, { stage: 'connect', kind, cause })
}
