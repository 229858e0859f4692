import { expect, test } from 'vitest'
import { type ListenerInfo, ReceiveService } from '../../src/receive/receive-service.ts'
import { TestServer, testConnector } from '../support/receiving-server.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'

async function bannerFor(port: number, from: string): Promise<string> {
  await using peer = await SmtpPeer.connect({ port, host: '127.0.0.1', from })
  return await peer.reply()
}

test('takes the connector with the narrowest range that holds the source', async () => {
  const named = (name: string, ranges: string) =>
    testConnector({
      Name: name,
      Bindings: '0.0.0.0:0',
      RemoteIPRanges: ranges,
      Banner: `220 ${name}`,
    })
  await using server = await TestServer.start({
    connectors: [
      named('everybody', '0.0.0.0-255.255.255.255'),
      named('network', '127.0.0.0/24'),
      named('host', '127.0.0.75'),
    ],
  })
  expect(server.listeners).toMatchObject([
    { address: '0.0.0.0', tls: 'STARTTLS', connectors: ['host', 'network', 'everybody'] },
  ])
  expect(await bannerFor(server.port, '127.0.0.75')).toBe('220 host')
  expect(await bannerFor(server.port, '127.0.0.100')).toBe('220 network')
  expect(await bannerFor(server.port, '127.0.1.1')).toBe('220 everybody')
})

test('drops a client that no connector serves, without a greeting', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ RemoteIPRanges: '127.0.0.75', ProtocolLoggingLevel: 'Verbose' })],
  })
  await using peer = await SmtpPeer.connect({ port: server.port })
  expect(await peer.closed()).toBe('')
  expect(server.warnings).toEqual(['No Receive connector serves this client'])
  expect(server.log.lines).toEqual([
    '+ |',
    '* |No Receive connector serves this client',
    '- |Local',
  ])
})

test('logs only some of those that come again and again for nothing', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ RemoteIPRanges: '127.0.0.75', ProtocolLoggingLevel: 'Verbose' })],
  })
  for (let count = 0; count < 70; count++) {
    await using peer = await SmtpPeer.connect({ port: server.port })
    await peer.closed()
  }
  expect(server.log.records).toHaveLength(3 * 60)
})

test('logs a connection that is dropped for want of a certificate', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ TlsMode: 'Implicit', ProtocolLoggingLevel: 'Verbose' })],
    withoutCertificate: true,
  })
  await using peer = await SmtpPeer.connect({ port: server.port })
  await peer.closed()
  expect(server.log.lines).toEqual([
    '+ |',
    '* |No certificate for TLS on connect: connection dropped',
    '- |Local',
  ])
})

test('serves a concrete binding through the wildcard socket of the same port', async () => {
  await using server = await TestServer.start({
    connectors: [
      testConnector({ Name: 'wide', Bindings: '0.0.0.0:0', Banner: '220 wide' }),
      testConnector({ Name: 'concrete', Bindings: '127.0.0.9:0', Banner: '220 concrete' }),
    ],
  })
  expect(server.listeners).toHaveLength(1)
  await using concrete = await SmtpPeer.connect({ port: server.port, host: '127.0.0.9' })
  expect(await concrete.reply()).toBe('220 concrete')
  await using wide = await SmtpPeer.connect({ port: server.port, host: '127.0.0.1' })
  expect(await wide.reply()).toBe('220 wide')
})

test('leaves the connectors of the other service alone', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ TransportRole: 'FrontendTransport' })],
  })
  expect(server.listeners).toEqual([])
})

test('opens and closes sockets as connectors change, and keeps the sessions', async () => {
  const first = testConnector({ Name: 'first', Banner: '220 first' })
  await using server = await TestServer.start({ connectors: [first] })
  const [before] = server.listeners
  await using old = await SmtpPeer.connect({ port: before?.port ?? 0 })
  expect(await old.reply()).toBe('220 first')

  const changed = testConnector({ Name: 'first', Banner: '220 changed' })
  const second = testConnector({ Name: 'second', Bindings: '127.0.0.2:0', Banner: '220 second' })
  const after = await server.service.apply([changed, second])
  expect(after.map(({ address }) => address)).toEqual(['127.0.0.1', '127.0.0.2'])
  expect(after[0]?.port).toBe(before?.port)
  await using renewed = await SmtpPeer.connect({ port: portOf(after, '127.0.0.1') })
  expect(await renewed.reply()).toBe('220 changed')
  await using other = await SmtpPeer.connect({
    port: portOf(after, '127.0.0.2'),
    host: '127.0.0.2',
  })
  expect(await other.reply()).toBe('220 second')

  await server.service.apply([second])
  await expect(SmtpPeer.connect({ port: before?.port ?? 0 })).rejects.toThrow('ECONNREFUSED')
  expect(await old.command('NOOP')).toBe('250 2.0.0 OK')
})

test('follows the live connectors', async () => {
  await using server = await TestServer.start()
  server.connectors.set([testConnector({ Enabled: false })])
  await server.service.apply(server.connectors.current)
  expect(server.listeners).toEqual([])
})

test('says which socket cannot be opened and why, and leaves none open', async () => {
  await using holder = await TestServer.start()
  const taken = testConnector({ Bindings: `127.0.0.3:0,127.0.0.1:${holder.port}` })
  await expect(TestServer.start({ connectors: [taken] })).rejects.toThrow(
    `Cannot listen on 127.0.0.1:${holder.port}: another program has this port. Stop it, or change the Bindings of the connector.`,
  )
})

function portOf(listeners: readonly ListenerInfo[], address: string): number {
  return listeners.find((listener) => listener.address === address)?.port ?? 0
}

test('closes a service that was never started', async () => {
  await using server = await TestServer.start()
  expect(server.service).toBeInstanceOf(ReceiveService)
  await server.service.drain(0)
  await server.service.drain(0)
})

test('serves IPv6 where the machine has it, and goes on without where it has not', async () => {
  const connectors = [testConnector({ Bindings: '127.0.0.1:0,[::]:0', RemoteIPRanges: '::/0' })]
  await using server = await TestServer.start({ connectors })
  const six = server.listeners.find(({ address }) => address === '::')
  expect(server.warnings).toEqual(
    six === undefined ? ['This machine has no IPv6: the binding is left out'] : [],
  )
  if (six === undefined) return
  await using peer = await SmtpPeer.connect({ port: six.port, host: '::1' })
  await peer.reply()
  expect(await peer.command('HELO client.example')).toBe('250 relay.example Hello [::1]')
})
