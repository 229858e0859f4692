import { type Socket, connect } from 'node:net'
import { workerData } from 'node:worker_threads'
import type { Flood } from './flood.ts'

/*
 * Hostile clients, in a thread of their own: each sends the same commands as fast as the server takes
 * them, and comes again when it is cut off.
 */

const block = 64 * 1024
let tries = 0

function attack(flood: Flood): void {
  const { host, port, from, begin } = flood
  const socket = connect({ host, port, localAddress: from })
  let replies = 0
  socket.on('data', (text: Buffer) => {
    replies++
    // The greeting, then the answer to EHLO: a server may refuse what comes before.
    if (replies === 1) socket.write('EHLO flood.example\r\n')
    if (replies === 2) {
      socket.write(begin, 'latin1')
      if (flood.inTurn !== true) pour(socket, flood)
    }
    if (replies >= 2 && flood.inTurn === true) {
      tries++
      socket.write(flood.again.replace('####', `${tries % 10_000}`.padStart(4, '0')))
    }
    if (/^421 /m.test(text.toString('latin1'))) socket.destroy()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => setImmediate(() => attack(flood)))
}

function pour(socket: Socket, { again }: Flood): void {
  const many = Buffer.from(again.repeat(Math.max(1, Math.floor(block / again.length))), 'latin1')
  const send = () => {
    while (socket.writable && socket.write(many)) void 0
  }
  socket.on('drain', send)
  send()
}

const { attackers, ...flood } = workerData as Flood & { readonly attackers: number }
for (let count = 0; count < attackers; count++) attack(flood)
