import { expect, test } from 'vitest'
import { startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'

const first = '127.0.152.1'
const second = '127.0.152.2'
const mailHost = '127.0.152.3'
const port = 10_025

/** An Edge server that sends loop.test to `smartHost` and notifications for lucerne.example to the mail host. */
function edge(address: string, smartHost: string, hostPort: number): string {
  return `
Server: { Name: LOOP${address.slice(-1)}, Fqdn: loop${address.slice(-1)}.example.test, Role: Edge }
AcceptedDomains:
  - { DomainName: loop.test, DomainType: ExternalRelay }
  - { DomainName: lucerne.example, DomainType: ExternalRelay }
ReceiveConnectors:
  - Name: In
    Bindings: ${address}:${port}
    RemoteIPRanges: 127.0.0.0/8
    PermissionGroups: AnonymousUsers
SendConnectors:
  - Name: Round
    AddressSpaces: loop.test
    DNSRoutingEnabled: false
    SmartHosts: ${smartHost}
    Port: ${port}
  - Name: Home
    AddressSpaces: lucerne.example
    DNSRoutingEnabled: false
    SmartHosts: ${mailHost}
    Port: ${hostPort}
`
}

async function send(sender: string): Promise<string> {
  await using peer = await SmtpPeer.greeted({ host: first, port })
  await peer.command(`MAIL FROM:<${sender}>`)
  expect(await peer.command('RCPT TO:<user@loop.test>')).toMatch(/^250/)
  await peer.command('DATA')
  return await peer.command('From: <ana@lucerne.example>', 'Subject: round', '', 'text', '.')
}

async function home() {
  return await startLabMailServer({ hostname: 'mail.lucerne.example', address: mailHost })
}

test('a relay whose smart host is itself gives the message back as a loop at once', async () => {
  await using host = await home()
  await using _relay = await RelayProcess.start({
    config: edge(first, first, host.port),
    services: ['Transport'],
  })
  expect(await send('ana@lucerne.example')).toMatch(/^250/)
  await host.received(1)
  const notice = host.messages[0]
  expect(notice?.sender).toBe('')
  expect(notice?.content?.toString('latin1')).toMatch(/5\.4\.6/)
})

test('a message that two relays send to and fro ends at the hop limit, and its sender is told once', async () => {
  await using host = await home()
  const services = ['Transport']
  await using _first = await RelayProcess.start({
    config: edge(first, second, host.port),
    services,
  })
  await using _second = await RelayProcess.start({
    config: edge(second, first, host.port),
    services,
  })
  expect(await send('')).toMatch(/^250/)
  expect(await send('ana@lucerne.example')).toMatch(/^250/)
  await host.received(1)
  const text = host.messages[0]?.content?.toString('latin1') ?? ''
  expect(text).toMatch(/5\.4\.6/)
  // The notification tells the header twice: in words for the sender, and as its last part.
  const header = text.slice(text.lastIndexOf('Content-Type: '))
  const hops = header.match(/^Received: from .*loop\d/gm)?.length ?? 0
  expect(hops).toBeGreaterThan(2)
  expect(hops).toBeLessThanOrEqual(30)
  // The message without a sender went the same way before it and left no notification.
  expect(host.messageCount).toBe(1)
})
