import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { acceptedDomainSchema } from '../../../src/pipeline/accepted-domain.ts'
import { receiveConnectorSchema } from '../../../src/receive/connectors/receive-connector.ts'
import { userSchema } from '../../../src/receive/users/user.ts'
import { sendConnectorSchema } from '../../../src/deliver/smtp/send-connector.ts'
import { transportServiceSchema } from '../../../src/config/transport-service.ts'
import { partnerCertificateFile } from '../../../src/lab/lab-peers.ts'
import { labConfig } from '../../../src/lab/lab-config.ts'
import {
  type LabLayout,
  composeLayout,
  labLayouts,
  loopbackLayout,
  withHighPorts,
} from '../../../src/lab/lab-layout.ts'

const schema = z.strictObject({
  Server: z.strictObject({ Name: z.string(), Fqdn: z.string(), Role: z.literal('Mailbox') }),
  AcceptedDomains: z.array(acceptedDomainSchema),
  ReceiveConnectors: z.array(receiveConnectorSchema),
  SendConnectors: z.array(sendConnectorSchema),
  Users: z.array(userSchema),
  TransportService: transportServiceSchema,
})

const layouts = { ...labLayouts, 'high ports': withHighPorts(loopbackLayout) }

function portsOf({ ports }: LabLayout['relay']): readonly number[] {
  const { smtp, submission, submissions, outboundProxy, transport } = ports
  return [smtp, submission, submissions, outboundProxy, transport]
}

describe.each(Object.entries(layouts))('the %s configuration', (_, layout) => {
  const config = schema.parse(parse(labConfig(layout)))

  test('has the default listeners on the relay alone', () => {
    const { smtp, submission, outboundProxy, transport, submissions } = layout.relay.ports
    const bindings = config.ReceiveConnectors.flatMap(({ Bindings }) => Bindings)
    expect(bindings).toEqual(
      [smtp, submission, outboundProxy, transport, submissions].map((port) => ({
        ...{ address: layout.relay.bind, port },
      })),
    )
  })

  test('leads the address spaces to the peers', () => {
    const routes = config.SendConnectors.map(({ AddressSpaces, SmartHosts, Port }) => [
      AddressSpaces[0]?.space,
      SmartHosts[0],
      Port,
    ])
    expect(routes).toEqual([
      ['contoso.test', layout.internal.address, layout.internal.port],
      ['partner.test', 'smarthost.partner.test', layout.partner.port],
      ['proxied.test', undefined, layout.mx1.port],
      ['*', undefined, layout.mx2.port],
    ])
  })

  test('asks the lab DNS only', () => {
    const server = `${layout.dns.address}:${layout.dns.port}`
    expect(config.TransportService.ExternalDNSServers).toEqual([server])
    expect(config.TransportService.InternalDNSServers).toEqual([server])
  })

  test('logs every connector', () => {
    for (const { ProtocolLoggingLevel } of [
      ...config.ReceiveConnectors,
      ...config.SendConnectors,
    ]) {
      expect(ProtocolLoggingLevel).toBe('Verbose')
    }
  })
})

test('the file for the containers is the one the lab prints', async () => {
  expect(await readFile('docker/lab-relay.yaml', 'utf8')).toBe(labConfig(composeLayout))
})

test('the containers have the addresses of their layout', async () => {
  const { services } = z
    .object({
      services: z.record(
        z.string(),
        z.object({
          networks: z.record(z.string(), z.object({ ipv4_address: z.string().optional() })),
        }),
      ),
    })
    .parse(parse(await readFile('docker/compose.yaml', 'utf8'), { merge: true }))
  const addresses = (service: string) =>
    Object.values(services[service]?.networks ?? {}).map((network) => network.ipv4_address)
  expect(addresses('lab')).toEqual([composeLayout.mx1.address, composeLayout.mx2.address])
  expect(addresses('relay')).toContain(composeLayout.relay.address)
})

test("the relay's container trusts the certificate that the lab's container writes", async () => {
  const service = z.object({
    environment: z.record(z.string(), z.string()),
    volumes: z.array(z.string()),
  })
  const { services } = z
    .object({ services: z.object({ relay: service, lab: service }) })
    .parse(parse(await readFile('docker/compose.yaml', 'utf8'), { merge: true }))
  expect(services.lab.environment['EDGE_DATA']).toBe('/data')
  expect(services.lab.volumes).toContain('lab-data:/data')
  expect(services.relay.volumes).toContain('lab-data:/lab:ro')
  expect(services.relay.environment['NODE_EXTRA_CA_CERTS']).toBe(
    `/lab/lab/${partnerCertificateFile}`,
  )
})

describe.each(Object.entries(layouts))('in the %s layout', (_, layout) => {
  const { relay, dns, mx1, mx2, internal, partner } = layout

  test('no two hosts share an endpoint', () => {
    const relays = portsOf(relay).map((port) => ({ address: relay.bind, port }))
    const all = [...relays, dns, mx1, mx2, internal, partner].map(
      ({ address, port }) => `${address} ${port}`,
    )
    expect(new Set(all).size).toBe(all.length)
  })
})

test.each([labLayouts['one-address'], withHighPorts(loopbackLayout)])(
  'an ordinary user may use every port',
  ({ relay, dns, mx1, mx2, internal, partner }) => {
    const ports = [dns, mx1, mx2, internal, partner].map(({ port }) => port)
    expect(Math.min(...ports, ...portsOf(relay))).toBeGreaterThan(1024)
  },
)

test('on loopback the mail hosts keep away from the relay', () => {
  const { relay, mx1, mx2, dead } = loopbackLayout
  expect(new Set([relay.bind, mx1.address, mx2.address, dead]).size).toBe(4)
})
