import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { tempFolder } from '../support/temp-folder.ts'

const address = '127.0.103.1'
const port = 10025

function connector(name: string, ranges: string, more = ''): string {
  return `
  - Name: ${name}
    Bindings: ${address}:${port}
    RemoteIPRanges: ${ranges}
    PermissionGroups: AnonymousUsers
    Banner: 220 ${name} speaking
${more}`
}

function config(role: string, connectors: readonly string[]): string {
  return `
Server: { Name: SEL01, Fqdn: sel01.relay.example, Role: ${role} }
AcceptedDomains: [{ DomainName: inside.example }]
SendConnectors: [{ Name: To Internet, AddressSpaces: '*' }]
ReceiveConnectors:${connectors.join('')}`
}

const everyone = connector('Everyone', '0.0.0.0-255.255.255.255')
const subnet = connector('Subnet', '127.0.0.0/24')
const host = connector('Host', '127.0.0.75')

async function check(text: string) {
  const file = join(await tempFolder(), 'server.yaml')
  await writeFile(file, text)
  return await runEdge(['check-config', '--config', file])
}

describe('of three connectors on one port', () => {
  test('the one with the narrowest range that holds the client serves it', async () => {
    await using relay = await RelayProcess.start({
      config: config('Edge', [everyone, host, subnet]),
      services: ['Transport'],
    })
    const banners: Record<string, string> = {}
    for (const from of ['127.0.0.75', '127.0.0.100', '127.0.1.1']) {
      await using peer = await SmtpPeer.connect({ host: address, port, from })
      banners[from] = await peer.reply()
    }
    expect(banners).toEqual({
      '127.0.0.75': '220 Host speaking',
      '127.0.0.100': '220 Subnet speaking',
      '127.0.1.1': '220 Everyone speaking',
    })
    expect(relay.output).toMatch(/10025 +127\.0\.103\.1 .* Host, Subnet, Everyone/)
  })
})

describe('check-config', () => {
  test('takes equal bindings with different ranges', async () => {
    const { code, stdout } = await check(config('Edge', [everyone, host, subnet]))
    expect(stdout).toMatch(/^OK: 3 Receive connectors, /)
    expect(code).toBe(0)
  })

  test('refuses equal bindings with equal ranges and names both connectors', async () => {
    const twin = connector('Twin', '127.0.0.0-127.0.0.255')
    const { code, stdout, stderr } = await check(config('Edge', [everyone, subnet, twin]))
    expect(code).toBe(1)
    expect(stdout + stderr).toMatch(/Twin.*Subnet|Subnet.*Twin/)
    expect(stdout + stderr).toContain(
      'The values that you specified for the Bindings and RemoteIPRanges parameters conflict with the settings on Receive connector',
    )
  })

  test('refuses the front end and the Transport service on one port and names both connectors', async () => {
    const front = connector('Front', '127.0.0.75', '    TransportRole: FrontendTransport\n')
    const hub = connector('Hub', '127.0.0.0/24', '    TransportRole: HubTransport\n')
    const { code, stdout, stderr } = await check(config('Mailbox', [front, hub]))
    expect(code).toBe(1)
    expect(stdout + stderr).toMatch(/Front.*Hub|Hub.*Front/)
  })
})
