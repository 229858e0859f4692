import { type Socket, connect } from 'node:net'
import type { Endpoint } from '../message/message-sink.ts'

export interface DialOptions {
  /** Address to connect from; the system's choice when absent. */
  readonly localAddress?: string
  /** Gives up the attempt; has no effect on a connection that stands. */
  readonly signal: AbortSignal
}

/** Opens a TCP connection to an address; rejects with the reason, an aborted signal's included. */
export type Dial = (destination: Endpoint, options: DialOptions) => Promise<Socket>

/** Dials by the machine's network. */
export const tcpDial: Dial = ({ address, port }, { localAddress, signal }) =>
  new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port,
      noDelay: true,
      ...(localAddress !== undefined && { localAddress }),
    })
    const settle = (error?: Error) => {
      signal.removeEventListener('abort', onAbort)
      if (error === undefined) {
        resolve(socket)
        return
      }
      socket.destroy()
      reject(error)
    }
    const onAbort = () => {
      const reason: unknown = signal.reason
      settle(reason instanceof Error ? reason : new Error('given up'))
    }
    // Stays for good: a later owner adds its own, and a socket without a listener would end the process.
    socket.on('error', settle)
    socket.once('connect', () => settle())
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort)
  })
