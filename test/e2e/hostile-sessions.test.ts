import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { openMailbox, mailboxPorts } from '../support/open-mailbox.ts'
import { processMemory } from '../support/process-memory.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'

const relayAddress = '127.0.153.1'
const hostAddress = '127.0.153.2'
const megabyte = 1024 ** 2
const perSource = 20

let host: LabMailServer
let relay: RelayProcess

beforeAll(async () => {
  host = await startLabMailServer({ hostname: 'mail.inside.test', address: hostAddress })
  const connector = {
    ConnectionInactivityTimeout: '00:00:02',
    ConnectionTimeout: '00:00:06',
    MaxInboundConnection: 3000,
    MaxInboundConnectionPerSource: perSource,
  }
  relay = await RelayProcess.start({
    config: openMailbox({ address: relayAddress, smartHost: host, connector }),
  })
})

afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await host[Symbol.asyncDispose]()
})

const listeners = [
  { by: 'the Transport service', service: 'Transport', port: mailboxPorts.direct },
  { by: 'the front end', service: 'FrontendTransport', port: mailboxPorts.frontEnd },
]

/** Honest messages that were answered 250; each arrives at `host` in its own time. */
let honestTaken = 0

/** What an honest client is answered; no service died meanwhile. */
async function honestMail(port: number): Promise<string> {
  await using peer = await inContent(port, '127.0.153.99')
  const answer = await peer.command('Subject: honest', '', 'text', '.')
  if (answer.startsWith('250')) honestTaken++
  expect(relay.output).not.toContain('started again')
  return answer
}

async function inContent(port: number, from?: string): Promise<SmtpPeer> {
  const source = from === undefined ? {} : { from }
  const peer = await SmtpPeer.greeted({ host: relayAddress, port, ...source })
  await peer.command('MAIL FROM:<ana@lucerne.example>')
  await peer.command('RCPT TO:<user@inside.test>')
  expect(await peer.command('DATA')).toMatch(/^354/)
  return peer
}

/** Sends `pieces` of one megabyte without a line end. */
async function flood(peer: SmtpPeer, pieces: number): Promise<void> {
  const piece = Buffer.alloc(megabyte, 'x')
  for (let sent = 0; sent < pieces; sent++) {
    if (!peer.socket.write(piece)) await once(peer.socket, 'drain')
  }
}

const residentOf = (service: string) => processMemory(relay.servicePid(service)).resident

/** Sessions that say nothing after the greeting: so many, from the addresses in turns. */
async function idleSessions(port: number, count: number, sources: readonly string[]) {
  const connecting = Array.from({ length: count }, (_, at) =>
    SmtpPeer.connect({ host: relayAddress, port, from: sources[at % sources.length] ?? '' }),
  )
  const peers = await Promise.all(connecting)
  for (const peer of peers) expect(await peer.reply()).toMatch(/^220/)
  return peers
}

test.each(listeners)('2000 idle clients leave room for others, by $by', async ({ port }) => {
  const sources = Array.from({ length: 100 }, (_, at) => `127.0.154.${1 + at}`)
  const peers = await idleSessions(port, 2000, sources)
  expect(await honestMail(port)).toMatch(/^250 2\.6\.0/)
  for (const peer of peers) peer.socket.destroy()
})

test.each(listeners)('one source gets no more than its connections, by $by', async ({ port }) => {
  const from = '127.0.154.101'
  const peers = await idleSessions(port, perSource, [from])
  await using more = await SmtpPeer.connect({ host: relayAddress, port, from })
  expect(await more.reply()).toMatch(/^421 4\.3\.2/)
  expect(await more.closed()).toBe('')
  for (const peer of peers) peer.socket.destroy()
})

test.each(listeners)(
  'a client that trickles a command is ended in time, by $by',
  async ({ port }) => {
    await using peer = await SmtpPeer.greeted({ host: relayAddress, port })
    const trickle = setInterval(() => peer.write('N'), 200)
    expect(await peer.reply()).toBe('451 4.7.0 Timeout waiting for client input')
    expect(await peer.closed()).toBe('')
    clearInterval(trickle)
  },
)

test.each(listeners)(
  'a client that trickles content is ended in time, by $by',
  async ({ port }) => {
    await using peer = await inContent(port)
    const trickle = setInterval(() => peer.write('N'), 200)
    expect(await peer.reply()).toBe('421 4.4.1 Connection timed out')
    clearInterval(trickle)
  },
)

test.each(listeners)(
  'a client that reads no replies costs no memory, by $by',
  async ({ port, service }) => {
    const before = residentOf(service)
    await using peer = await SmtpPeer.greeted({ host: relayAddress, port })
    peer.socket.pause()
    const commands = Buffer.from('MAIL FROM:<ana@lucerne.example>\r\nRSET\r\n'.repeat(50_000))
    peer.socket.write(commands)
    await delay(3000)
    expect(residentOf(service) - before).toBeLessThan(40 * megabyte)
    expect(await honestMail(port)).toMatch(/^250 2\.6\.0/)
  },
)

test.each(listeners)('a flood of commands that do nothing is ended, by $by', async ({ port }) => {
  await using peer = await SmtpPeer.greeted({ host: relayAddress, port })
  peer.write('NOOP\r\n'.repeat(10_000))
  expect(await peer.closed()).toMatch(/421 4\.7\.0 Too many errors[^\n]*\r\n$/)
  expect(await honestMail(port)).toMatch(/^250 2\.6\.0/)
})

const endless = [
  { what: 'a line of content of 100 MB', head: 'Subject: long\r\n\r\n', megabytes: 100 },
  { what: 'a header line of 50 MB', head: 'Subject: ', megabytes: 50 },
  { what: 'a header line of 10 MB', head: 'Subject: ', megabytes: 10 },
]

test.each(listeners.flatMap((listener) => endless.map((content) => ({ ...listener, ...content }))))(
  '$what is refused with 552 in constant memory, by $by',
  async ({ port, service, head, megabytes }) => {
    const before = residentOf(service)
    await using peer = await inContent(port)
    peer.write(head)
    await flood(peer, megabytes)
    expect(residentOf(service) - before).toBeLessThan(150 * megabyte)
    expect(await peer.command('', '', '.')).toMatch(/^552 5\.3\.4/)
    expect(await honestMail(port)).toMatch(/^250 2\.6\.0/)
  },
)

test.each(listeners)(
  'clients that reset at any moment leave nothing behind, by $by',
  async ({ port }) => {
    const stages = ['', 'MAIL FROM:<a@b.example>', 'DATA', 'Subject: x\r\n\r\nhalf', 'STARTTLS']
    for (const stage of stages) {
      for (let times = 0; times < 10; times++) {
        const peer =
          stage === 'DATA' || stage.startsWith('Subject')
            ? await inContent(port)
            : await SmtpPeer.greeted({ host: relayAddress, port })
        peer.write(`${stage}\r\n`)
        peer.socket.resetAndDestroy()
      }
    }
    expect(await honestMail(port)).toMatch(/^250 2\.6\.0/)
    await host.received(honestTaken)
    expect(host.messageCount).toBe(honestTaken)
  },
)
