import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { shippedConfig, moved } from '../support/shipped-config.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'

const address = '127.0.111.1'
const nextHop = { address: '127.0.111.2', port: 10025 }

const config = shippedConfig({
  address,
  sections: {
    AcceptedDomains: [{ DomainName: 'inside.example' }],
    SendConnectors: [smartHostConnector('To Inside', 'inside.example', nextHop)],
    TransportService: { QueueGlitchRetryInterval: '00:00:01', QueueGlitchRetryCount: 15 },
  },
})

const startNextHop = () => startLabMailServer({ hostname: 'mail.inside.example', ...nextHop })
const front = { host: address, port: moved(25) }
const patience = { timeout: 15_000, interval: 100 }

async function queueShown(relay: RelayProcess): Promise<string> {
  return (await runEdge(['Get-Queue', '--data', relay.dataFolder])).stdout
}

/** Ends every process of the relay at once, as a power cut does. */
async function killAll(relay: RelayProcess): Promise<void> {
  const services = ['Transport', 'FrontendTransport'].map((name) => relay.servicePid(name))
  relay.kill('SIGKILL')
  for (const pid of services) process.kill(pid, 'SIGKILL')
  await relay.ended()
  for (const port of [25, 587, 717, 2525, 465].map(moved)) {
    const state = () =>
      SmtpPeer.connect({ host: address, port }).then(
        () => 'listening',
        () => 'closed',
      )
    await expect.poll(state, patience).toBe('closed')
  }
}

const subjectOf = ({ content }: LabMailServer['messages'][number]) =>
  /^Subject: (.*)\r$/m.exec(content?.toString() ?? '')?.[1]

let relays: RelayProcess[]
beforeEach(() => {
  relays = []
  return async () => {
    for (const relay of relays) await relay[Symbol.asyncDispose]()
  }
})
let server: LabMailServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function start(folder?: string): Promise<RelayProcess> {
  const relay = await RelayProcess.start({ config, ...(folder !== undefined && { folder }) })
  relays.push(relay)
  return relay
}

describe('messages that wait for a next hop that is down', () => {
  test('survive the death of every process and are delivered once', async () => {
    const relay = await start()
    const subjects = ['one', 'two', 'three', 'four', 'five']
    for (const subject of subjects) {
      await using peer = await SmtpPeer.greeted(front)
      const message = { from: 'a@sender.example', to: [`${subject}@inside.example`] }
      const replies = await submit(peer, { ...message, content: plainMessage(subject) })
      expect(replies.at(-1)).toMatch(/^250 2\.6\.0 /)
    }
    await killAll(relay)

    const again = await start(relay.folder)
    await expect
      .poll(() => queueShown(again), patience)
      .toMatch(/SmartHostConnectorD\S+ +Retry +5 .*\[127\.0\.111\.2\]/)
    server = await startNextHop()
    await server.received(subjects.length, AbortSignal.timeout(15_000))
    expect(server.messages.map(subjectOf).toSorted()).toEqual(subjects.toSorted())
    await expect.poll(() => queueShown(again), patience).toMatch(/ Ready +0 .*\[127\.0\.111\.2\]/)
    expect(server.messageCount).toBe(subjects.length)
  })
})

describe('SIGTERM', () => {
  test('lets a client end its message, takes no other, and ends with exit code 0', async () => {
    const relay = await start()
    await using busy = await SmtpPeer.greeted(front)
    await using idle = await SmtpPeer.greeted(front)
    for (const line of ['MAIL FROM:<a@sender.example>', 'RCPT TO:<b@inside.example>', 'DATA'])
      expect(await busy.command(line)).toMatch(/^[23]5/)
    busy.write(plainMessage('in hand'))
    relay.kill('SIGTERM')
    expect(await idle.reply()).toBe('421 4.3.2 Service not available, closing transmission channel')
    await expect(SmtpPeer.connect(front)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(await busy.command('.')).toMatch(/^250 2\.6\.0 <in\.hand@sender\.example> /)
    expect(await relay.ended()).toBe(0)

    server = await startNextHop()
    const again = await start(relay.folder)
    await server.received(1, AbortSignal.timeout(10_000))
    expect(server.messages.map(subjectOf)).toEqual(['in hand'])
    expect(await again.stop()).toBe(0)
  })
})
