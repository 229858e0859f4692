import { once } from 'node:events'
import { createServer } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { askService } from '../../src/admin/admin-client.ts'
import { shippedConfig } from '../support/shipped-config.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { tempFolder } from '../support/temp-folder.ts'

const address = '127.0.101.1'

/** The rows of the table that the relay showed at start; the name in the last column may take several lines. */
function shownTable(output: string): string[] {
  const lines = output.split('\n')
  const head = lines.findIndex((line) => /^ *Port +Address/.test(line))
  const end = lines.findIndex((line, at) => at > head && line.trim() === '')
  const rows: string[] = []
  for (const line of lines.slice(head, end)) {
    const row = line.trim().replace(/ {2,}/g, ' | ')
    if (/^(\d|Port|-)/.test(row)) rows.push(row)
    else rows.push(`${rows.pop() ?? ''} ${row}`)
  }
  return rows
}

async function start(config: string): Promise<{ code: number | null; output: string }> {
  const folder = await tempFolder()
  const file = join(folder, 'server.yaml')
  await writeFile(file, config)
  const { code, stdout, stderr } = await runEdge([
    ...['start', '--config', file, '--data', join(folder, 'data')],
  ])
  return { code, output: stdout + stderr }
}

const edgeConfig = `
Server: { Name: EDGE01, Fqdn: edge01.relay.example, Role: Edge }
AcceptedDomains: [{ DomainName: inside.example }]
SendConnectors: [{ Name: To Internet, AddressSpaces: '*' }]
ReceiveConnectors:
  - Name: Default internal receive connector EDGE01
    Bindings: ${address}:10025
    RemoteIPRanges: 0.0.0.0-255.255.255.255
    AuthMechanism: Tls, ExchangeServer
    PermissionGroups: AnonymousUsers, ExchangeServers, Partners
`

describe('the listeners', () => {
  test('of role Mailbox are the five of the table, and each answers', async () => {
    await using relay = await RelayProcess.start({ config: shippedConfig({ address }) })
    await expect.poll(() => shownTable(relay.output), { timeout: 5000 }).toHaveLength(7)
    expect(shownTable(relay.output)).toEqual([
      'Port | Address | TLS | Service | Receive connectors',
      expect.stringMatching(/^-+( \| -+)*|^-+( -+)*$/),
      `10025 | ${address} | STARTTLS | Front End Transport | Default Frontend MBX01`,
      `10465 | ${address} | implicit | Transport | Client Proxy MBX01`,
      `10587 | ${address} | STARTTLS | Front End Transport | Client Frontend MBX01`,
      `10717 | ${address} | STARTTLS | Front End Transport | Outbound Proxy Frontend MBX01`,
      `12525 | ${address} | STARTTLS | Transport | Default MBX01`,
    ])
    const greeting =
      /^220 mbx01\.relay\.example Microsoft ESMTP MAIL Service ready at \w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/
    for (const port of [10025, 10587, 10717, 12525]) {
      await using peer = await SmtpPeer.connect({ host: address, port })
      expect(await peer.reply()).toMatch(greeting)
    }
    await using secure = await SmtpPeer.connect({ host: address, port: 10465, tls: {} })
    expect(await secure.reply()).toMatch(greeting)
  })

  test('of role Edge are the one of port 25', async () => {
    await using relay = await RelayProcess.start({ config: edgeConfig, services: ['Transport'] })
    await expect.poll(() => shownTable(relay.output), { timeout: 5000 }).toHaveLength(3)
    expect(shownTable(relay.output)[2]).toBe(
      `10025 | ${address} | STARTTLS | Transport | Default internal receive connector EDGE01`,
    )
    await using peer = await SmtpPeer.connect({ host: address, port: 10025 })
    expect(await peer.reply()).toMatch(/^220 edge01\.relay\.example /)
  })

  test('have no TLS without their certificate, and the log and healthcheck say why', async () => {
    const name = '<I>CN=Example CA<S>CN=other.example'
    const config = edgeConfig.replace(/$/, `    TlsCertificateName: ${name}\n`)
    await using relay = await RelayProcess.start({ config, services: ['Transport'] })
    await expect.poll(() => shownTable(relay.output), { timeout: 5000 }).toHaveLength(3)
    expect(shownTable(relay.output)[2]).toContain(`10025 | ${address} | no certificate | Transport`)
    const why = `no certificate of this server is ${name}, so STARTTLS is not offered`
    const told = await relay.logged(({ msg }) => msg.includes(why))
    expect(told.msg).toContain('"Default internal receive connector EDGE01"')
    const places = ['--config', join(relay.folder, 'server.yaml'), '--data', relay.dataFolder]
    const { code, stderr } = await runEdge(['healthcheck', ...places])
    expect(stderr).toContain(`warning: Transport: Receive connector`)
    expect(stderr).toContain(why)
    expect(code).toBe(0)
  })

  test('end the start with one line and exit code 1 when a port is in use', async () => {
    await using holder = createServer().listen(10025, address)
    await once(holder, 'listening')
    const { code, output } = await start(edgeConfig)
    expect(code).toBe(1)
    expect(output.trim().split('\n')).toHaveLength(1)
    expect(output).toContain(
      `Cannot listen on ${address}:10025: another program has this port. Stop it, or change the Bindings of the connector.`,
    )
  })
})

/** A front end that hands nothing over and so waits for nobody. */
const outboundProxy = (listening: string) => `
Server: { Name: MBX01, Fqdn: mbx01.relay.example, Role: Mailbox }
ReceiveConnectors:
  - Name: Outbound Proxy Frontend MBX01
    TransportRole: FrontendTransport
    Bindings: ${listening}:10717
    RemoteIPRanges: 127.0.0.0/8
    AuthMechanism: Tls, ExchangeServer
    PermissionGroups: ExchangeServers
`

describe('a second server on the data folder of a running one', () => {
  test('ends with one line, also where the ports differ, and the first is healthy', async () => {
    const alone = 'FrontendTransport'
    await using relay = await RelayProcess.start({ config: outboundProxy(address), alone })
    const config = join(await tempFolder(), 'server.yaml')
    await writeFile(config, outboundProxy('127.0.101.2'))
    const data = join(relay.folder, 'data')
    const second = await runEdge([
      ...['start', '--service', alone, '--config', config, '--data', data],
    ])
    expect(second.code).toBe(1)
    expect(second.stdout + second.stderr).toContain('a running service has it')
    const health = askService({ dataFolder: data, service: alone }, 'health')
    await expect(health).resolves.toEqual({ warnings: [] })
  })
})

describe('a broken configuration', () => {
  test('ends the start with every problem and exit code 1', async () => {
    const broken = edgeConfig
      .replace('Role: Edge', 'Role: Hub')
      .replace('RemoteIPRanges', 'RemoteIpRange')
      .replace('Tls, ExchangeServer', 'Tls, Kerberos')
    const { code, output } = await start(broken)
    expect(code).toBe(1)
    const problems = output.trim().split('\n')
    expect(problems).toEqual([
      expect.stringMatching(/server\.yaml:2:\d+ Server\.Role: must be one of Mailbox, Edge/),
      expect.stringMatching(
        /server\.yaml:8:\d+ .*unknown key RemoteIpRange; did you mean RemoteIPRanges\?/,
      ),
      expect.stringMatching(/server\.yaml:9:\d+ .*AuthMechanism\[1\].*not "Kerberos"/),
    ])
  })
})
