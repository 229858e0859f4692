import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Bytes } from '../../src/base/byte-size.ts'
import { startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import type { LabMessage } from '../../src/lab/lab-message.ts'
import { DotEncoder } from '../../src/smtp/dot-encoder.ts'
import { largeContent, largeContentHash } from '../support/large-content.ts'
import { openMailbox, mailboxPorts } from '../support/open-mailbox.ts'
import { processMemory } from '../support/process-memory.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { tempFolder } from '../support/temp-folder.ts'

const relayAddress = '127.0.140.1'
const hostAddress = '127.0.140.2'
const messages = 50
const megabyte: Bytes = 1024 ** 2
const messageSize = 30 * megabyte
const memoryLimit = 400 * megabyte

/** Sends message `number` by a session of its own; resolves with the answer to its content. */
async function send(port: number, number: number): Promise<string> {
  await using peer = await SmtpPeer.greeted({ host: relayAddress, port })
  await peer.command('MAIL FROM:<ana@lucerne.example>')
  await peer.command('RCPT TO:<user@inside.test>')
  await peer.command('DATA')
  const encoder = new DotEncoder()
  for (const piece of largeContent(number, messageSize)) {
    if (!peer.socket.write(encoder.encode(piece))) await once(peer.socket, 'drain')
  }
  peer.write(encoder.end())
  return await peer.reply()
}

/** SHA-256 of a message as it was sent: without the trace lines that servers put before it. */
async function hashAsSent({ file = '' }: LabMessage): Promise<string> {
  const hash = createHash('sha256')
  let begun = false
  for await (const chunk of createReadStream(file, { highWaterMark: megabyte })) {
    const octets = chunk as Buffer
    hash.update(begun ? octets : octets.subarray(octets.indexOf('From: <ana@')))
    begun = true
  }
  return hash.digest('hex')
}

/** What became of the messages, and the most memory that each process held. */
async function relayed(port: number): Promise<{
  answers: Set<string>
  arrived: Map<string, number>
  peaks: ReadonlyMap<string, Bytes>
}> {
  const folder = await tempFolder()
  await using host = await startLabMailServer({
    hostname: 'mail.inside.test',
    address: hostAddress,
    folder: join(folder, 'inbox'),
  })
  await using relay = await RelayProcess.start({
    config: openMailbox({ address: relayAddress, smartHost: host }),
  })
  const sessions = Array.from({ length: messages }, (_, number) => send(port, number))
  const answers = new Set((await Promise.all(sessions)).map((answer) => answer.slice(0, 9)))
  await host.received(messages)
  const peaks = Object.entries(relay.processes).map(
    ([service, pid]) => [service, processMemory(pid).peak] as const,
  )
  const arrived = new Map<string, number>()
  for (const message of host.messages) {
    const hash = await hashAsSent(message)
    arrived.set(hash, (arrived.get(hash) ?? 0) + 1)
    await rm(message.file ?? '')
  }
  return { answers, arrived, peaks: new Map(peaks) }
}

const listeners = [
  { by: 'the Transport service alone', port: mailboxPorts.direct },
  { by: 'the front end', port: mailboxPorts.frontEnd },
]

test.each(listeners)(
  '50 parallel messages of 30 MB arrive byte for byte by $by, in bounded memory',
  async ({ by, port }) => {
    const { answers, arrived, peaks } = await relayed(port)
    for (const [service, peak] of peaks) {
      console.info(`by ${by}: ${service} held ${Math.round(peak / megabyte)} MB at most`)
    }
    expect(answers).toEqual(new Set(['250 2.6.0']))
    const expected = Array.from({ length: messages }, (_, number) => number)
    const wanted = expected.map((number) => [largeContentHash(number, messageSize), 1] as const)
    expect(arrived).toEqual(new Map(wanted))
    expect([...peaks].filter(([, peak]) => peak >= memoryLimit)).toEqual([])
  },
)
