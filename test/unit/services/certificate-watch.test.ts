import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { checkConfigText } from '../../../src/config/load-config.ts'
import type { ServerConfig } from '../../../src/config/server-config.ts'
import { CertificateWatch } from '../../../src/services/certificate-watch.ts'
import type { Certificates, KeyPair } from '../../../src/tls/certificates.ts'
import { testKeyPair } from '../../support/test-certificate.ts'

const pair = await testKeyPair('mail.contoso.com')

const connector = (role: string, port: number) => `
  - Name: ${role}
    TransportRole: ${role}
    Bindings: 192.0.2.1:${port}
    RemoteIPRanges: 0.0.0.0/0
    AuthMechanism: Tls, ExchangeServer
    PermissionGroups: ExchangeServers
    TlsCertificateName: '${pair.name}'`

async function config(banner = ''): Promise<ServerConfig> {
  const text = `
Server: { Name: MBX01, Fqdn: mbx01.contoso.com, Role: Mailbox }
ReceiveConnectors:${connector('FrontendTransport', 25)}${banner}${connector('HubTransport', 2525)}
`
  const result = await checkConfigText(text, 'server.yaml', { addresses: [] })
  if ('problems' in result) throw new Error(result.problems[0]?.message)
  return result.config
}

/** Certificates as they are at one time. */
const holding = (...pairs: readonly KeyPair[]): Certificates => ({
  internal: pair,
  select: (_, name) => pairs.find((each) => each.name === name),
})

test('tells once of a certificate that went, and of its return, for connectors of the service', async () => {
  const live = new LiveValue(await config())
  const lines: string[] = []
  const log = {
    info: (line: string) => lines.push(`info ${line}`),
    error: (line: string) => lines.push(`error ${line}`),
  }
  const watch = new CertificateWatch({ service: 'FrontendTransport', config: live, log })
  expect(watch.lines()).toEqual([])
  watch.read(holding(pair))
  expect(lines).toEqual([])

  watch.read(holding())
  watch.read(holding())
  const gone = `Receive connector "FrontendTransport": no certificate of this server is ${pair.name}, so STARTTLS is not offered`
  expect(watch.lines()).toEqual([expect.stringContaining(gone)])
  expect(lines).toEqual([expect.stringContaining(`error ${gone}`)])

  watch.read(holding(pair))
  expect(watch.lines()).toEqual([])
  expect(lines.at(-1)).toBe(`info no more: ${gone}`)
})

test('leaves to the configuration what is missing by a change of it', async () => {
  const live = new LiveValue(await config())
  const lines: string[] = []
  const tell = (line: string) => lines.push(line)
  const watch = new CertificateWatch({
    ...{ service: 'Transport', config: live },
    log: { info: tell, error: tell },
  })
  watch.read(holding())
  live.set(await config('\n    Banner: 220 mail'))
  watch.read(holding())
  expect(watch.lines()).toHaveLength(1)
  expect(lines).toEqual([])
})
