import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { type Milliseconds, second } from '../base/time-span.ts'
import { ClientFailure } from '../deliver/smtp/client-failure.ts'
import type { DialOptions, Dialer } from '../deliver/smtp/dialer.ts'
import type { Target } from '../deliver/smtp/target.ts'
import { ReplyReader } from '../smtp/reply-reader.ts'
import { type Reply, replyText } from '../smtp/reply.ts'
import {
  type ServiceSession,
  type ServiceSessionOptions,
  ServiceSessionError,
  type ServiceTarget,
  openServiceSession,
} from './service-session.ts'
import { formatXProxyTo } from './xproxy-command.ts'

export interface OutboundProxyDialerOptions extends Omit<ServiceSessionOptions, 'signal'> {
  /** The Front End Transport service's listener (717). */
  readonly frontEnd: ServiceTarget
  /** The Send connector's name. */
  readonly connector: string
  /** The connector's ProtocolLoggingLevel. */
  readonly verbose: () => boolean
}

/** Longer than the front end takes to give up a next hop (30 seconds). */
const answerTimeout = 45 * second
const longestReply = 8192

/**
 * Connects through the Front End Transport service, for Send connectors with FrontendProxyEnabled. The
 * delivery speaks with the next hop through the connection as if it were a direct one, its STARTTLS
 * included. A failure's verdict is Exchange's `450 4.7.0 Proxy session setup failed on Frontend with …`.
 */
export function outboundProxyDialer(options: OutboundProxyDialerOptions): Dialer {
  return {
    async dial(target, dialOptions) {
      const session = await openSession(options, dialOptions)
      const { client, log, local } = session
      try {
        const socket = client.release()
        const answer = await askForTunnel(socket, { options, dialOptions, session, target })
        if (answer.code !== 250) throw setupFailed(replyText(answer), 'refused')
        socket.once('close', () => {
          if (client.failure === undefined) log.record('-', '', 'Local')
        })
        return { socket, local, remote: { address: target.address, port: target.port } }
      } catch (error) {
        client.destroy()
        throw error instanceof ClientFailure && error.verdict !== undefined
          ? error
          : setupFailed(`421 4.4.2 Connection dropped: ${messageOf(error)}`, 'closed', error)
      }
    },
  }
}

/** Where no listener of the front end serves this server: mail is not to leave directly then, but to wait. */
export const noFrontEnd: Dialer = {
  dial: () =>
    Promise.reject(
      setupFailed(
        '421 4.4.1 Unable to use the front end (connect): none of its Receive connectors serves this server',
        'refused',
      ),
    ),
}

async function openSession(
  options: OutboundProxyDialerOptions,
  { signal, timeout }: DialOptions,
): Promise<ServiceSession> {
  const { frontEnd, connector, verbose } = options
  try {
    return await openServiceSession(
      frontEnd,
      { ...options, signal, connectTimeout: timeout },
      { connectorId: connector, verbose: verbose() },
    )
  } catch (error) {
    const step = error instanceof ServiceSessionError ? error.step : 'connect'
    const inner = `421 4.4.1 Unable to use the front end (${step}): ${messageOf(error)}`
    throw setupFailed(inner, 'refused', error)
  }
}

interface Circumstances {
  readonly options: OutboundProxyDialerOptions
  readonly dialOptions: DialOptions
  readonly session: ServiceSession
  readonly target: Target
}

async function askForTunnel(
  socket: Duplex,
  { options, dialOptions, session: { log }, target }: Circumstances,
): Promise<Reply> {
  const line = formatXProxyTo({
    destination: { address: target.address, port: target.port },
    sessionId: log.id,
    connector: options.connector,
    ...(dialOptions.localAddress !== undefined && { localAddress: dialOptions.localAddress }),
  })
  log.record('>', line)
  socket.write(`${line}\r\n`)
  const answer = await readLastReply(socket, {
    clock: options.clock,
    timeout: answerTimeout,
    signal: dialOptions.signal,
  })
  log.record('<', replyText(answer))
  return answer
}

interface Patience {
  readonly clock: Clock
  readonly timeout: Milliseconds
  readonly signal: AbortSignal
}

/**
 * Reads the one reply after which the stream is the next hop's. What follows it, often in the same
 * segment, goes back into the stream, which is left paused.
 */
function readLastReply(socket: Duplex, { clock, timeout, signal }: Patience): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const settle = (result: Reply | Error) => {
      timer.cancel()
      signal.removeEventListener('abort', onAbort)
      socket.off('data', onData).off('close', onClose)
      socket.pause()
      if (result instanceof Error) reject(result)
      else resolve(result)
    }
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk])
      const length = replyLength(head)
      if (length === undefined) {
        if (head.length > longestReply) settle(new Error('the front end sent no reply'))
        return
      }
      const [answer] = new ReplyReader().push(head.subarray(0, length))
      settle(answer ?? new Error('the front end sent no reply'))
      if (head.length > length) socket.unshift(head.subarray(length))
    }
    const onClose = () => settle(new Error('the front end closed the connection'))
    const onAbort = () => settle(new Error('delivery is shutting down'))
    const timer = clock.after(timeout, () =>
      settle(new Error('the front end did not answer in time')),
    )
    socket.on('data', onData).on('close', onClose)
    // Stays for good; a close follows, and tells.
    socket.on('error', () => undefined)
    signal.addEventListener('abort', onAbort)
    socket.resume()
    if (signal.aborted) onAbort()
    else if (socket.destroyed) onClose()
  })
}

/** Octets of the first whole reply in `head`; undefined while it is not complete. */
function replyLength(head: Buffer): number | undefined {
  return /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(head.toString('latin1'))?.[0].length
}

function setupFailed(inner: string, kind: 'refused' | 'closed', cause?: unknown): ClientFailure {
  const text = `Proxy session setup failed on Frontend with '${inner}'`
  const verdict: Reply = { code: 450, enhanced: '4.7.0', lines: [text] }
  return new ClientFailure(text, { stage: 'connect', kind, verdict, cause })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
