import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { LiveValue } from '../../src/base/live.ts'
import { BackEndConnections } from '../../src/proxy/back-end-connections.ts'
import { BackEndSink } from '../../src/proxy/back-end-sink.ts'
import { OutboundProxyServer } from '../../src/proxy/outbound-proxy-server.ts'
import { outboundProxyDialer } from '../../src/proxy/outbound-proxy.ts'
import { hashPassword } from '../../src/receive/users/password.ts'
import type { ReceiveConnector } from '../../src/receive/connectors/receive-connector.ts'
import { ReceiveService } from '../../src/receive/receive-service.ts'
import { defaultClientTimeouts } from '../../src/deliver/smtp/client-timeouts.ts'
import { directDialer } from '../../src/deliver/smtp/dialer.ts'
import { SmtpClient } from '../../src/deliver/smtp/smtp-client.ts'
import { replyText } from '../../src/smtp/reply.ts'
import { testCertificate } from '../support/test-certificate.ts'
import { FakeMx } from '../support/fake-mx.ts'
import {
  RecordingLog,
  TestServer,
  testConnector,
  testDomains,
  testKeyPairs,
  testUser,
} from '../support/receiving-server.ts'
import { testDirectory } from '../support/test-directory.ts'
import { RecordedConnectivityLog } from '../support/recorded-connectivity-log.ts'

const stack = { current: new AsyncDisposableStack() }
afterEach(async () => {
  await stack.current.disposeAsync()
  stack.current = new AsyncDisposableStack()
})

const dialer = directDialer(systemClock)
const silent = { id: '0000000000000000', record: () => undefined }
const signal = new AbortController().signal
const connectorId = 'To Internet'

async function users() {
  const hash = await hashPassword('secret', { ln: 1, r: 1, p: 1 })
  return [testUser({ UserName: 'ana', PasswordHash: hash, EmailAddresses: 'ana@contoso.example' })]
}

/** The Transport service with its default connector and Client Proxy, as far as proxying needs them. */
async function backEnd(implicit = false, directory = testDirectory()): Promise<TestServer> {
  const connector = testConnector({
    Name: implicit ? 'Client Proxy EDGE01' : 'Default EDGE01',
    AuthMechanism: 'Tls,BasicAuth,BasicAuthRequireTLS,ExchangeServer',
    PermissionGroups: 'ExchangeUsers,ExchangeServers',
    TlsMode: implicit ? 'Implicit' : 'StartTls',
  })
  const server = await TestServer.start({
    connectors: [connector],
    users: await users(),
    directory,
  })
  stack.current.use(server)
  return server
}

async function frontEnd(
  connector: ReceiveConnector,
  target?: { readonly port: number; readonly tlsMode: 'StartTls' | 'Implicit' },
  directory = testDirectory(),
) {
  const { server, internal } = await testKeyPairs()
  const connections = new BackEndConnections({
    dialer,
    clock: systemClock,
    log: new RecordingLog(),
    connectivityLog: new RecordedConnectivityLog(),
    certificate: internal,
    fqdn: 'relay.example',
    verbose: () => true,
  })
  stack.current.use(connections)
  const tunnel = new OutboundProxyServer({
    dialer,
    clock: systemClock,
    log: new RecordingLog(),
    connectivityLog: new RecordedConnectivityLog(),
    verbose: () => true,
  })
  stack.current.use(tunnel)
  const warnings: string[] = []
  const service = new ReceiveService({
    transportRole: 'FrontendTransport',
    server: { Name: 'EDGE01', Fqdn: 'relay.example', Role: 'Mailbox' },
    connectors: new LiveValue([connector]),
    users: new LiveValue(await users()),
    acceptedDomains: testDomains,
    directory,
    certificates: { select: () => server, internal },
    maxConnectionRatePerMinute: new LiveValue(Infinity),
    sink: new BackEndSink({
      connections,
      clock: systemClock,
      warn: (message) => warnings.push(message),
      target: () => ({ address: '127.0.0.1', port: 1, tlsMode: 'StartTls', ...target }),
    }),
    protocolLog: new RecordingLog(),
    clock: systemClock,
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    },
    tunnel,
  })
  stack.current.use(service)
  const [listener] = await service.start()
  return { port: listener?.port ?? 0, warnings }
}

async function connect(port: number): Promise<SmtpClient> {
  const target = { host: '127.0.0.1', address: '127.0.0.1', port }
  const { socket } = await dialer.dial(target, { timeout: 5000, signal })
  const options = { clock: systemClock, log: silent, timeouts: defaultClientTimeouts }
  const client = await SmtpClient.open(socket, options)
  stack.current.defer(() => client.quit())
  await client.hello('client.example')
  return client
}

async function say(client: SmtpClient, ...lines: readonly string[]): Promise<string[]> {
  const replies = []
  for (const line of lines) replies.push(replyText(await client.command(line)))
  return replies
}

const frontConnector = (settings: Readonly<Record<string, unknown>> = {}) =>
  testConnector({
    Name: 'Default Frontend EDGE01',
    TransportRole: 'FrontendTransport',
    ...settings,
  })

describe('both services of a server', () => {
  test('take a message of an anonymous client to the Transport service under its own identity', async () => {
    const back = await backEnd()
    const { port } = await frontEnd(frontConnector(), { port: back.port, tlsMode: 'StartTls' })
    const client = await connect(port)
    expect(
      await say(
        client,
        'MAIL FROM:<a@fabrikam.example> SIZE=40',
        'RCPT TO:<b@contoso.example>',
        'RCPT TO:<c@elsewhere.example>',
        'DATA',
      ),
    ).toEqual([
      '250 2.1.0 Sender OK',
      '250 2.1.5 Recipient OK',
      '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain',
      '354 Start mail input; end with <CRLF>.<CRLF>',
    ])
    await client.sendContent(Buffer.from('Subject: x\r\n\r\nhello\r\n'))
    expect(replyText(await client.endContent())).toMatch(
      /^250 2\.6\.0 .* Queued mail for delivery$/,
    )
    const [message] = back.sink.messages
    expect(message?.content).toMatch(
      /^Received: from client\.example \(127\.0\.0\.1\) by relay\.example/,
    )
    expect(message?.transaction.session).toMatchObject({
      principal: { kind: 'Anonymous' },
      proxiedFor: { helloName: 'client.example', client: { address: '127.0.0.1' } },
    })
    expect([...(message?.transaction.session.permissions ?? [])].sort()).toEqual([
      'AcceptRoutingHeaders',
      'SMTPAcceptAnySender',
      'SMTPAcceptAuthoritativeDomainSender',
      'SMTPSubmit',
    ])
  })

  test('take a message of an account to Client Proxy as that account', async () => {
    const back = await backEnd(true)
    const connector = frontConnector({
      AuthMechanism: 'Tls,BasicAuth',
      PermissionGroups: 'ExchangeUsers',
    })
    const { port } = await frontEnd(connector, { port: back.port, tlsMode: 'Implicit' })
    const client = await connect(port)
    await client.authenticate({ userName: 'ana', password: 'secret' })
    expect(
      await say(client, 'MAIL FROM:<ana@contoso.example>', 'RCPT TO:<c@elsewhere.example>', 'DATA'),
    ).toEqual([
      '250 2.1.0 Sender OK',
      '250 2.1.5 Recipient OK',
      '354 Start mail input; end with <CRLF>.<CRLF>',
    ])
    await client.sendContent(Buffer.from('Subject: x\r\n\r\nhello\r\n'))
    expect((await client.endContent()).code).toBe(250)
    expect(back.sink.messages[0]?.transaction.session.principal).toMatchObject({
      kind: 'User',
      userName: 'ana',
    })
  })

  test('pass on what the Transport service refuses', async () => {
    const back = await backEnd()
    back.sink.onCommit = () =>
      Promise.resolve({ code: 452, enhanced: '4.3.1', lines: ['Insufficient system resources'] })
    const { port } = await frontEnd(frontConnector(), { port: back.port, tlsMode: 'StartTls' })
    const client = await connect(port)
    await say(client, 'MAIL FROM:<a@fabrikam.example>', 'RCPT TO:<b@contoso.example>', 'DATA')
    await client.sendContent(Buffer.from('Subject: x\r\n\r\nhello\r\n'))
    expect(replyText(await client.endContent())).toBe('452 4.3.1 Insufficient system resources')
  })

  test('look a recipient up once: in the front end, before the Transport service is asked', async () => {
    const stranger = testDirectory(['somebody.else@contoso.example'])
    const back = await backEnd(false, stranger)
    const { port } = await frontEnd(
      frontConnector(),
      { port: back.port, tlsMode: 'StartTls' },
      testDirectory(['b@contoso.example']),
    )
    const recipients = ['RCPT TO:<nobody@contoso.example>', 'RCPT TO:<b@contoso.example>']
    const client = await connect(port)
    expect(await say(client, 'MAIL FROM:<a@fabrikam.example>', ...recipients)).toEqual([
      '250 2.1.0 Sender OK',
      '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
      '250 2.1.5 Recipient OK',
    ])
  })

  test('answer 451 while the Transport service is down', async () => {
    const { port, warnings } = await frontEnd(frontConnector())
    const client = await connect(port)
    expect(await say(client, 'MAIL FROM:<a@fabrikam.example>')).toEqual([
      '451 4.7.0 Temporary server error. Please try again later. PRX1',
    ])
    expect(warnings).toHaveLength(1)
  })

  test('carry a delivery out through the front end', async () => {
    const { internal } = await testKeyPairs()
    const connector = frontConnector({
      AuthMechanism: 'Tls,ExchangeServer',
      PermissionGroups: 'ExchangeServers',
    })
    const { port } = await frontEnd(connector)
    const mx = await FakeMx.start({ tls: await testCertificate(['mx.example']) })
    stack.current.use(mx)
    const proxied = outboundProxyDialer({
      dialer,
      clock: systemClock,
      log: new RecordingLog(),
      certificate: internal,
      fqdn: 'relay.example',
      frontEnd: { address: '127.0.0.1', port, tlsMode: 'StartTls' },
      connector: connectorId,
      verbose: () => true,
    })
    const target = { host: 'mx.example', address: '127.0.0.1', port: mx.port }
    const { socket } = await proxied.dial(target, { timeout: 5000, signal })
    const options = { clock: systemClock, log: silent, timeouts: defaultClientTimeouts }
    const client = await SmtpClient.open(socket, options)
    await client.hello('relay.example')
    await client.startTls({ servername: 'mx.example' })
    await client.hello('relay.example')
    await say(client, 'MAIL FROM:<a@b.example>', 'RCPT TO:<c@d.example>', 'DATA')
    await client.sendContent(Buffer.from('Subject: out\r\n\r\n'))
    expect((await client.endContent()).code).toBe(250)
    await client.quit()
    await mx.until(() => mx.sessions[0]?.closed === true)
    expect(mx.messages[0]?.content).toBe('Subject: out\r\n\r\n')
  })

  test('let nobody else ask for a way out or hand a session over', async () => {
    const { port } = await frontEnd(
      frontConnector({
        AuthMechanism: 'Tls,ExchangeServer',
        PermissionGroups: 'AnonymousUsers,ExchangeServers',
      }),
    )
    const client = await connect(port)
    await client.startTls({}, 'X-ANONYMOUSTLS')
    await client.hello('client.example')
    expect(
      await say(
        client,
        'XPROXYTO DESTINATION=192.0.2.1 PORT=25 SID=08DD5A1122334401 CONNECTOR=c',
        'XPROXYFROM SID=08DD5A1122334401 IP=192.0.2.1 PORT=25 SEQNUM=1 PERMS=2047 AUTHSRC=Anonymous LIMITS=9000,9,9',
      ),
    ).toEqual(['500 5.3.3 Unrecognized command', '500 5.3.3 Unrecognized command'])
  })
})
