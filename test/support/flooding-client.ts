import { connect } from 'node:net'
import { workerData } from 'node:worker_threads'
import type { Flood } from './flood.ts'

/*
 * Hostile clients, in a thread of their own: each sends the same commands as fast as the server takes
 * them, and comes again when it is cut off.
 */

const block = 64 * 1024

function attack(flood: Flood): void {
  const { host, port, from, begin, again } = flood
  const socket = connect({ host, port, localAddress: from })
  const many = Buffer.from(again.repeat(Math.max(1, Math.floor(block / again.length))), 'latin1')
  let greeted = 0
  const pour = () => {
    while (socket.writable && socket.write(many)) void 0
  }
  socket.on('data', (text: Buffer) => {
    // The greeting, then the answer to EHLO: a server may refuse what comes before.
    if (greeted === 0) socket.write('EHLO flood.example\r\n')
    if (greeted === 1) {
      socket.write(begin, 'latin1')
      pour()
    }
    greeted++
    if (/^421 /m.test(text.toString('latin1'))) socket.destroy()
  })
  socket.on('drain', pour)
  socket.on('error', () => undefined)
  socket.on('close', () => setImmediate(() => attack(flood)))
}

const { attackers, ...flood } = workerData as Flood & { readonly attackers: number }
for (let count = 0; count < attackers; count++) attack(flood)
