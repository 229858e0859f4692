/** The program that holds idle sessions open: each is greeted, says EHLO, and then nothing. */
import { type Socket, connect } from 'node:net'
import { createSecureContext, connect as connectTls } from 'node:tls'
import { ReplyCounter } from './reply-counter.ts'
import type { Place } from '../mail-server.ts'

/** Open so many sessions more. */
export interface IdleOrder {
  readonly to: Place
  readonly sessions: number
  readonly tls: boolean
  /** Addresses to come from, in turns. */
  readonly from: readonly string[]
}

export type IdleReport =
  | { readonly kind: 'progress'; readonly open: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly reason: string }

/** Handshakes at a time, fewer than any backlog holds. */
const atOnce = 50
const tell = (report: IdleReport) => void process.send?.(report)
const context = createSecureContext()
let open = 0

/** Resolves when the server has answered `line` positively (a greeting, when there is no line). */
function answered(socket: Socket, line: string): Promise<void> {
  const answer = Promise.withResolvers<undefined>()
  const replies = new ReplyCounter()
  const hear = (chunk: Buffer) =>
    replies.take(chunk, (code, text) => {
      if (code < 400) answer.resolve(undefined)
      else answer.reject(new Error(text.toString('latin1').trim()))
    })
  socket.on('data', hear)
  if (line !== '') socket.write(`${line}\r\n`)
  return answer.promise.finally(() => socket.off('data', hear))
}

async function openOne({ to, tls }: IdleOrder, localAddress: string): Promise<void> {
  let socket: Socket = connect({ host: to.address, port: to.port, localAddress })
  const lost = Promise.withResolvers<never>()
  const watch = (watched: Socket) => {
    watched.on('error', lost.reject)
    watched.on('close', () => lost.reject(new Error('the server closed a session')))
  }
  watch(socket)
  // Later than here nobody waits for it any more: then it is told.
  lost.promise.catch((error: unknown) => tell({ kind: 'failed', reason: String(error) }))
  const hello = 'EHLO client.example.test'
  const talk = async () => {
    await answered(socket, '')
    await answered(socket, hello)
    if (!tls) return
    await answered(socket, 'STARTTLS')
    socket = connectTls({ socket, secureContext: context, rejectUnauthorized: false })
    watch(socket)
    await answered(socket, hello)
  }
  await Promise.race([talk(), lost.promise])
  // Whatever is still said is read and forgotten.
  socket.resume()
}

async function openAll(order: IdleOrder): Promise<void> {
  let begun = 0
  const lane = async () => {
    for (let n = begun++; n < order.sessions; n = begun++) {
      await openOne(order, order.from[n % order.from.length] ?? '127.0.0.1')
      open++
      if (open % 500 === 0) tell({ kind: 'progress', open })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  tell({ kind: 'open' })
}

process.on('message', (order) => {
  openAll(order as IdleOrder).catch((error: unknown) =>
    tell({ kind: 'failed', reason: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
// The process that started it ends it, when it has ended its servers.
process.on('SIGINT', () => undefined)
