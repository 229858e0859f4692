/** The program that takes mail at the next hops, and tells when all that was sent has come. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type SecureContext, createSecureContext } from 'node:tls'
import { Arrivals } from './arrivals.ts'
import type { SinkOrder, SinkReport } from './orders.ts'
import { SinkSession } from './sink-session.ts'

const progressInterval = 200

const tell = (report: SinkReport) => void process.send?.(report)
const arrivals = new Arrivals(tell)

async function listen({ places, certificate }: Extract<SinkOrder, { kind: 'listen' }>) {
  let context: SecureContext | undefined
  if (certificate !== undefined) context = createSecureContext(certificate)
  for (const { address, port } of places) {
    const server = createServer({ noDelay: true }, (socket) => {
      new SinkSession(socket, arrivals, context)
    })
    server.listen({ host: address, port, backlog: 1000 })
    await once(server, 'listening')
  }
  tell({ kind: 'listens' })
}

let told = 0
setInterval(() => {
  if (arrivals.count === told) return
  told = arrivals.count
  tell({ kind: 'progress', arrived: told })
}, progressInterval).unref()

process.on('message', (message) => {
  const order = message as SinkOrder
  if (order.kind === 'expect') {
    arrivals.expect(order)
    return
  }
  listen(order).catch((error: unknown) => tell({ kind: 'failed', reason: String(error) }))
})
process.on('disconnect', () => process.exit())
// The process that started it ends it, when it has ended its servers.
process.on('SIGINT', () => undefined)
