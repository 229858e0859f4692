import { once } from 'node:events'
import { type SecureVersion, TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { TestServer, testConnector, testKeyPairs, testUser } from '../support/receiving-server.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { until } from '../support/until.ts'

const exchangeServers = {
  AuthMechanism: 'Tls, ExchangeServer',
  PermissionGroups: 'ExchangeServers',
  ProtocolLoggingLevel: 'Verbose',
}

async function internalClient() {
  const { internal } = await testKeyPairs()
  return { cert: internal.certificate, key: internal.key }
}

test('starts TLS on connect where the connector says so', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ TlsMode: 'Implicit' })],
  })
  expect(server.listeners).toMatchObject([{ tls: 'implicit' }])
  await using peer = await SmtpPeer.connect({ port: server.port, tls: {} })
  expect(await peer.reply()).toMatch(/^220 relay\.example/)
  const extensions = await peer.command('EHLO client.example')
  expect(extensions).not.toContain('STARTTLS')
  expect(await peer.command('MAIL FROM:<ana@lucerne.example>')).toBe('250 2.1.0 Sender OK')
})

test('knows our own services by the internal certificate after X-ANONYMOUSTLS', async () => {
  await using server = await TestServer.start({ connectors: [testConnector(exchangeServers)] })
  await using peer = await SmtpPeer.connect({ port: server.port })
  await peer.reply()
  expect(await peer.command('EHLO front.example')).toContain('250-X-ANONYMOUSTLS')
  const socket = await peer.startTls(await internalClient(), 'X-ANONYMOUSTLS')
  expect(socket.getPeerX509Certificate()?.subject).toBe('CN=edge-relay.internal')
  const extensions = await peer.command('EHLO front.example')
  expect(extensions).toContain('250-XPROXYFROM\n250 XPROXY')
  expect(await peer.command('MAIL FROM:<ana@lucerne.example>')).toBe('250 2.1.0 Sender OK')
  expect(await peer.command('RCPT TO:<x@elsewhere.example>')).toBe('250 2.1.5 Recipient OK')
  expect(server.log.lines.join('\n')).toContain("Status='Success'")
})

test('shows the internal certificate on an implicit TLS port to who asks for it by name', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ ...exchangeServers, TlsMode: 'Implicit' })],
  })
  await using peer = await SmtpPeer.connect({
    port: server.port,
    tls: { servername: 'edge-relay.internal', ...(await internalClient()) },
  })
  await peer.reply()
  expect(await peer.command('EHLO front.example')).toContain('XPROXYFROM')
  await using client = await SmtpPeer.connect({
    port: server.port,
    tls: { servername: 'relay.example' },
  })
  await client.reply()
  expect(await client.command('EHLO client.example')).not.toContain('XPROXYFROM')
})

test('does not take another certificate for ours', async () => {
  const { server: other } = await testKeyPairs()
  await using server = await TestServer.start({ connectors: [testConnector(exchangeServers)] })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  await peer.startTls({ cert: other.certificate, key: other.key }, 'X-ANONYMOUSTLS')
  expect(await peer.command('EHLO front.example')).not.toContain('XPROXYFROM')
  expect(await peer.command('MAIL FROM:<ana@lucerne.example>')).toMatch(/^530 5\.7\.57/)
  expect(server.log.lines.join('\n')).toContain("Status='UntrustedRemoteCertificate'")
})

test('does not offer STARTTLS without a certificate', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector(exchangeServers)],
    withoutCertificate: true,
  })
  await using peer = await SmtpPeer.connect({ port: server.port })
  await peer.reply()
  const extensions = await peer.command('EHLO client.example')
  expect(extensions).not.toMatch(/STARTTLS/)
  expect(extensions).toContain('X-ANONYMOUSTLS')
  expect(await peer.command('STARTTLS')).toBe('500 5.3.3 Unrecognized command')
})

test('shows a renewed certificate from the next connection on', async () => {
  await using server = await TestServer.start()
  await using old = await SmtpPeer.greeted({ port: server.port })
  const before = await old.startTls()
  const { internal } = await testKeyPairs()
  server.certificates.set({ select: () => internal, internal })
  await using renewed = await SmtpPeer.greeted({ port: server.port })
  const after = await renewed.startTls()
  expect(before.getPeerX509Certificate()?.subject).toBe('CN=relay.example')
  expect(after.getPeerX509Certificate()?.subject).toBe('CN=edge-relay.internal')
  expect(await old.command('EHLO client.example')).toContain('SIZE')
})

test('refuses TLS 1.1', async () => {
  await using server = await TestServer.start()
  await using peer = await SmtpPeer.greeted({ port: server.port })
  await expect(
    peer.startTls({
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    }),
  ).rejects.toThrow()
  await using other = await SmtpPeer.connect({ port: server.port })
  expect(await other.reply()).toMatch(/^220/)
})

describe('the place of a client that leaves before its handshake is free at once', () => {
  test.each(['', '\x16\x03\x01'])('where TLS starts on connect', async (said) => {
    await using server = await TestServer.start({
      connectors: [testConnector({ TlsMode: 'Implicit', AuthMechanism: 'Tls' })],
    })
    const peer = await SmtpPeer.connect({ port: server.port })
    await until(() => server.service.sessionCount === 1)
    peer.socket.end(said)
    await until(() => server.service.sessionCount === 0)
  })

  test.each(['', 'STARTTLS\r\n'])('after STARTTLS', async (last) => {
    await using server = await TestServer.start()
    const peer = await SmtpPeer.greeted({ port: server.port })
    if (last === '') await peer.command('STARTTLS')
    peer.socket.end(last)
    await until(() => server.service.sessionCount === 0)
  })
})

test('takes the client that a front end hands over by XPROXYFROM', async () => {
  await using server = await TestServer.start({ connectors: [testConnector(exchangeServers)] })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  await peer.startTls(await internalClient(), 'X-ANONYMOUSTLS')
  await peer.command('EHLO front.example')
  // SMTPSubmit, SMTPAcceptAnySender, SMTPAcceptAuthoritativeDomainSender, AcceptRoutingHeaders.
  const anonymous = 1 + 4 + 8 + 256
  const handOver = `XPROXYFROM SID=08DD5A1122334401 IP=203.0.113.7 PORT=50122 DOMAIN=mx.lucerne.example PERMS=${anonymous} SEQNUM=1 LIMITS=9000,9,9 AUTHSRC=Anonymous`
  expect(await peer.command(handOver)).toBe('250 2.0.0 XProxyFrom accepted')
  await peer.command('MAIL FROM:<ana@lucerne.example>')
  expect(await peer.command('RCPT TO:<x@elsewhere.example>')).toMatch(/^550 5\.7\.54/)
  await peer.command('RCPT TO:<ben@contoso.example>')
  expect(await peer.command(handOver)).toBe('503 5.5.1 Bad sequence of commands')
  await peer.command('DATA')
  expect(await peer.command('text', '.')).toMatch(/^250 2\.6\.0/)
  expect(server.sink.messages[0]?.transaction.session).toMatchObject({
    helloName: 'front.example',
    principal: { kind: 'Anonymous' },
    proxiedFor: {
      sessionId: '08DD5A1122334401',
      client: { address: '203.0.113.7', port: 50122 },
      helloName: 'mx.lucerne.example',
    },
  })
  expect(await peer.command(handOver)).toBe('250 2.0.0 XProxyFrom accepted')
})

test('takes the user that a front end hands over by XPROXY', async () => {
  await using server = await TestServer.start({
    connectors: [
      testConnector({ ...exchangeServers, MessageRateLimit: 1, MessageRateSource: 'User' }),
    ],
    users: [testUser({ UserName: 'ana', Password: 'x', EmailAddresses: 'ana@contoso.example' })],
  })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  await peer.startTls(await internalClient(), 'X-ANONYMOUSTLS')
  await peer.command('EHLO front.example')
  const handOver = (user: string) =>
    `XPROXY SID=08DD5A1122334401 IP=203.0.113.7 PORT=1 PERMS=${1 + 2 + 64} SECID=${user} LIMITS=9000,9,9`
  expect(await peer.command(handOver('nobody'))).toMatch(/^550 5\.7\.1/)
  expect(await peer.command(handOver('ANA'))).toBe('250 2.0.0 XProxy accepted')
  expect(await peer.command('MAIL FROM:<ben@contoso.example>')).toMatch(/^550 5\.7\.60/)
  expect(await peer.command('MAIL FROM:<ana@contoso.example>')).toBe('250 2.1.0 Sender OK')
  expect(await peer.command('RCPT TO:<x@elsewhere.example>')).toBe('250 2.1.5 Recipient OK')
  await peer.command('RSET')
  // The front end counts messages a minute; here they are not counted again.
  expect(await peer.command('MAIL FROM:<ana@contoso.example>')).toBe('250 2.1.0 Sender OK')
})

describe('a TLS session', () => {
  interface Handshake {
    readonly session?: Buffer | undefined
    readonly version?: SecureVersion
  }

  /** Secures a new connection and says goodbye on it; the result tells of its session. */
  async function shakeHands(server: TestServer, { session, version = 'TLSv1.3' }: Handshake = {}) {
    await using peer = await SmtpPeer.greeted({ port: server.port })
    const socket = await peer.startTls({
      maxVersion: version,
      ...(session !== undefined && { session }),
    })
    const reused = socket.isSessionReused()
    const given = reused ? undefined : nextSession(socket, version)
    expect(await peer.command('EHLO client.example')).toContain('250 ')
    return { reused, session: await given }
  }

  /** In TLS 1.3 it comes as a message of its own. */
  async function nextSession(socket: TLSSocket, version: SecureVersion) {
    if (version !== 'TLSv1.3') return socket.getSession()
    const [session] = (await once(socket, 'session')) as [Buffer]
    return session
  }

  function tlsSocket({ socket }: SmtpPeer): TLSSocket {
    if (!(socket instanceof TLSSocket)) throw new TypeError('the peer speaks in clear')
    return socket
  }

  test.each<SecureVersion>(['TLSv1.2', 'TLSv1.3'])(
    'is resumed by a later connection in %s, after STARTTLS too',
    async (version) => {
      await using server = await TestServer.start()
      const first = await shakeHands(server, { version })
      expect(first.reused).toBe(false)
      const second = await shakeHands(server, { version, session: first.session })
      expect(second.reused).toBe(true)
    },
  )

  test('outlives a change of the configuration', async () => {
    await using server = await TestServer.start()
    const { session } = await shakeHands(server)
    const { port } = server
    server.connectors.set([testConnector({ Bindings: `127.0.0.1:0`, Banner: '220 changed' })])
    await server.service.apply(server.connectors.current)
    expect(server.port).toBe(port)
    expect((await shakeHands(server, { session })).reused).toBe(true)
  })

  test('ends with the certificate that it was made under', async () => {
    await using server = await TestServer.start()
    const { session } = await shakeHands(server)
    const { internal } = await testKeyPairs()
    server.certificates.set({ select: () => internal, internal })
    expect((await shakeHands(server, { session })).reused).toBe(false)
  })

  test('of a client of one kind proves nothing on a connector that asks for certificates', async () => {
    await using server = await TestServer.start({
      connectors: [testConnector({ ...exchangeServers, TlsMode: 'Implicit' })],
    })
    const connect = async (session?: Buffer) => {
      const tls = { servername: 'relay.example', ...(session !== undefined && { session }) }
      const peer = await SmtpPeer.connect({ port: server.port, tls })
      await peer.reply()
      return peer
    }
    await using first = await connect()
    const session = tlsSocket(first).getSession()
    await using second = await connect(session)
    expect(tlsSocket(second).isSessionReused()).toBe(true)
    expect(await second.command('EHLO client.example')).not.toContain('XPROXYFROM')
  })
})
