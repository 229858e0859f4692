import { type Socket, connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Milliseconds, second } from '../../base/time-span.ts'
import type { Binding } from '../../receive/connectors/binding.ts'
import { replyText } from '../../smtp/reply.ts'
import { ReplyReader } from '../../smtp/reply-reader.ts'

const patience: Milliseconds = 10 * second

/** What a server said at once, or why nothing was heard. */
export interface Greeting {
  readonly connected: boolean
  readonly details: string
  /** The address that the connection came from; undefined when there was none. */
  readonly source: string | undefined
}

/** Connects, reads the greeting and leaves. Never rejects. */
export function readGreeting(
  { address, port }: Binding,
  { implicitTls, signal }: { readonly implicitTls: boolean; readonly signal: AbortSignal },
): Promise<Greeting> {
  // Whether somebody listens is asked, not whether the certificate is one that we would trust.
  const socket: Socket = implicitTls
    ? connectTls({ host: address, port, rejectUnauthorized: false })
    : connect({ host: address, port })
  const heard = Promise.withResolvers<Greeting>()
  let source: string | undefined
  socket.once('connect', () => (source = socket.localAddress))
  const fail = (details: string) => heard.resolve({ connected: false, details, source })
  const reader = new ReplyReader()
  socket.setTimeout(patience, () => fail(`no greeting within ${patience / second} seconds`))
  socket.on('error', (error) => fail(error.message))
  socket.on('close', () => fail('the connection was closed without a greeting'))
  socket.on('data', (chunk: Buffer) => {
    const [reply] = reader.push(chunk)
    if (reply !== undefined) {
      heard.resolve({ connected: reply.code === 220, details: replyText(reply), source })
    } else if (reader.fault !== undefined) fail(reader.fault)
  })
  const stop = () => fail('stopped')
  signal.addEventListener('abort', stop, { once: true })
  return heard.promise.finally(() => {
    signal.removeEventListener('abort', stop)
    // A polite end, and a connection that does not linger when nobody takes it.
    socket.end('QUIT\r\n')
    socket.setTimeout(second, () => socket.destroy())
  })
}
