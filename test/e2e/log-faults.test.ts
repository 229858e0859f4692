import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { moved, shippedConfig } from '../support/shipped-config.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'

const address = '127.0.114.10'
const patience = { timeout: 20_000, interval: 200 }
const kinds = [
  ...['SMTP Receive Protocol Log', 'SMTP Send Protocol Log'],
  ...['Transport Connectivity Log', 'Message Tracking Log'],
]
const verbose = { ProtocolLoggingLevel: 'Verbose' }

let peerServer: LabMailServer
let relay: RelayProcess
let logs: string
beforeAll(async () => {
  peerServer = await startLabMailServer({ hostname: 'peer.example', address: '127.0.114.11' })
  const config = shippedConfig({
    address,
    connectors: {
      'Default Frontend': {
        ...verbose,
        AuthMechanism: 'Tls, ExternalAuthoritative',
        PermissionGroups: 'AnonymousUsers, ExchangeServers',
      },
      'Default MBX01': verbose,
    },
    sections: {
      SendConnectors: [{ ...smartHostConnector('To Peer', '*', peerServer), ...verbose }],
    },
  })
  relay = await RelayProcess.start({ config })
  logs = join(relay.dataFolder, 'logs')
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await peerServer.close()
})

let sent = 0
async function send(count: number): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port: moved(25) })
  for (let at = 0; at < count; at++) {
    const message = {
      from: 'a@x.example',
      to: ['b@y.example'],
      content: plainMessage(`no ${sent}`),
    }
    expect((await submit(peer, message)).at(-1)).toMatch(/^250 2\.6\.0 /)
    sent++
  }
  await peerServer.received(sent, AbortSignal.timeout(20_000))
}

/** How often each kind of log told that, in both services together. */
const toldOf = (what: string) =>
  kinds.map((kind) => relay.output.split(`${kind}: ${what}`).length - 1)

const filesBelow = async (folder: string) =>
  (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.LOG'))

test('mail goes on while the logs have no folder, which each tells once, and its end', async () => {
  await send(1)
  await expect.poll(async () => (await filesBelow(logs)).length, patience).toBe(7)
  await rename(logs, `${logs}.old`)
  // A file where the folder was: nothing can be made below it, whoever we are.
  await writeFile(logs, '')
  await rm(`${logs}.old`, { recursive: true })
  await send(5)
  await expect.poll(() => toldOf('records are being lost'), patience).toEqual([2, 2, 2, 1])
  await send(5)
  expect(toldOf('records are being lost')).toEqual([2, 2, 2, 1])
  await rm(logs)
  await mkdir(logs)
  await expect
    .poll(async () => {
      await send(1)
      return toldOf('written again')
    }, patience)
    .toEqual([2, 2, 2, 1])
  const names = await filesBelow(logs)
  expect(names).toHaveLength(7)
  const tracking = names.find((name) => name.startsWith('MessageTracking/'))
  const last = `<no.${sent - 1}@sender.example>`
  const text = () => readFile(join(logs, tracking ?? ''), 'utf8')
  await expect.poll(text, patience).toContain(last)
}, 60_000)
