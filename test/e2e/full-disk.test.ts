import { dirname } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { moved, shippedConfig } from '../support/shipped-config.ts'
import { SmallDisk, mayMount } from '../support/small-disk.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'

const address = '127.0.111.41'
const nextHop = { address: '127.0.111.42', port: 10025 }
const megabyte = 1024 ** 2

const config = shippedConfig({
  address,
  sections: {
    AcceptedDomains: [{ DomainName: 'inside.example' }],
    SendConnectors: [smartHostConnector('To Inside', 'inside.example', nextHop)],
    TransportService: { QueueGlitchRetryInterval: '00:00:01', QueueGlitchRetryCount: 15 },
  },
})

const subjectOf = ({ content }: LabMailServer['messages'][number]) =>
  /^Subject: (.*)\r$/m.exec(content?.toString() ?? '')?.[1]

const relays: RelayProcess[] = []
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.stop()
})

async function start(folder: string): Promise<RelayProcess> {
  const relay = await RelayProcess.start({ config, folder })
  relays.push(relay)
  return relay
}

async function kill(relay: RelayProcess): Promise<void> {
  const services = ['Transport', 'FrontendTransport'].map((name) => relay.servicePid(name))
  relay.kill('SIGKILL')
  for (const pid of services) process.kill(pid, 'SIGKILL')
  await relay.ended()
}

test.runIf(mayMount).each([
  ['SIGKILL', kill],
  ['an orderly end', (relay: RelayProcess) => relay.stop()],
])(
  'on a disk without a free byte a relay starts after %s, drains, and sends nothing twice',
  async (_, end) => {
    const disk = await SmallDisk.mount(120 * megabyte, 'data')
    const folder = dirname(disk.folder)
    const relay = await start(folder)
    const subjects = Array.from({ length: 30 }, (__, at) => `message ${at}`)
    for (const subject of subjects) {
      await using peer = await SmtpPeer.greeted({ host: address, port: moved(25) })
      const mail = { from: 'a@sender.example', to: ['b@inside.example'] }
      const replies = await submit(peer, { ...mail, content: plainMessage(subject) })
      expect(replies.at(-1)).toMatch(/^250 /)
    }
    await disk.fill()
    await end(relay)
    await disk.fill()
    expect(await disk.freeBytes()).toBe(0)

    const again = await start(folder)
    await using server = await startLabMailServer({ hostname: 'mail.inside.example', ...nextHop })
    await server.received(subjects.length, AbortSignal.timeout(30_000))
    await end(again)
    await disk.fill()

    const third = await start(folder)
    await using peer = await SmtpPeer.greeted({ host: address, port: moved(25) })
    const mail = { from: 'a@sender.example', to: ['b@inside.example'] }
    const refused = await submit(peer, { ...mail, content: plainMessage('refused') })
    expect(refused.at(-1)).toMatch(/^452 4\.3\.1 /)
    await disk.clear()
    const again250 = () => submit(peer, { ...mail, content: plainMessage('last') })
    await expect.poll(async () => (await again250()).at(-1)).toMatch(/^250 /)
    await server.received(subjects.length + 1, AbortSignal.timeout(10_000))
    expect(server.messages.map(subjectOf).toSorted()).toEqual([...subjects, 'last'].toSorted())
    expect(await third.stop()).toBe(0)
  },
)
