import { afterAll, expect, test } from 'vitest'
import { mailboxConfig, smartHost } from '../support/relay-config.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { until } from '../support/until.ts'

const address = '127.0.110.1'
const nowhere = { address: '127.0.110.9', port: 25 }

/** Before the connectors of this server's own services: for other servers alone, on ports of their own. */
const fromEdge = (role: string, port: number) => `
  - Name: From Edge ${port}
    TransportRole: ${role}
    Bindings: ${address}:${port}
    RemoteIPRanges: 192.168.5.10
    AuthMechanism: [Tls, ExchangeServer]
    PermissionGroups: ExchangeServers`

const others = [
  'ReceiveConnectors:',
  fromEdge('HubTransport', 2526),
  fromEdge('FrontendTransport', 26),
]
const config = mailboxConfig({ address, sendConnectors: smartHost('*', nowhere) }).replace(
  'ReceiveConnectors:',
  others.join(''),
)

let relay: RelayProcess | undefined
afterAll(() => relay?.[Symbol.asyncDispose]())

async function listens(port: number): Promise<boolean> {
  try {
    await using _peer = await SmtpPeer.connect({ host: address, port })
    return true
  } catch {
    return false
  }
}

test('the first client that finds port 25 open is served, whatever connectors stand first', async () => {
  const started = RelayProcess.start({ config }).then((running) => (relay = running))
  started.catch(() => undefined)
  await until(() => listens(25), 5)
  await using client = await SmtpPeer.greeted({ host: address, port: 25 })
  expect(await client.command('MAIL FROM:<ana@lucerne.example>')).toBe('250 2.1.0 Sender OK')
  expect(await client.command('RCPT TO:<ben@contoso.test>')).toBe('250 2.1.5 Recipient OK')
  await started
})
