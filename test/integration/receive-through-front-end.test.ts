import { describe, expect, test } from 'vitest'
import { LiveValue } from '../../src/base/live.ts'
import { systemClock } from '../../src/base/clock.ts'
import { transportConfigSchema } from '../../src/dsn/transport-config.ts'
import { Categorizer } from '../../src/pipeline/categorizer.ts'
import { QueueSubmission } from '../../src/pipeline/submission.ts'
import { BackEndConnections } from '../../src/proxy/back-end-connections.ts'
import { BackEndSink } from '../../src/proxy/back-end-sink.ts'
import { directDialer } from '../../src/deliver/smtp/dialer.ts'
import {
  RecordingLog,
  TestServer,
  testConnector,
  testKeyPairs,
  testUser,
} from '../support/receiving-server.ts'
import { RecordingStore } from '../support/recording-store.ts'
import { routingTables, sendConnector } from '../support/routing-tables.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { authPlain } from '../support/submit.ts'
import { RecordedConnectivityLog } from '../support/recorded-connectivity-log.ts'

const users = [
  testUser({ UserName: 'ana@contoso.example', Password: 'secret' }),
  testUser({
    ...{ UserName: 'app@contoso.example', Password: 'secret' },
    Groups: 'ExchangeUsers, ExchangeServers',
  }),
]
const logOn = 'AUTH PLAIN AGFuYUBjb250b3NvLmV4YW1wbGUAc2VjcmV0'

/** A front end before a back end, as the default connectors are. */
async function frontEndOf(
  backEnd: TestServer,
  tlsMode: 'StartTls' | 'Implicit',
  settings: Readonly<Record<string, unknown>> = {},
) {
  const { internal } = await testKeyPairs()
  const sendLog = new RecordingLog()
  const connections = new BackEndConnections({
    dialer: directDialer(systemClock),
    clock: systemClock,
    log: sendLog,
    connectivityLog: new RecordedConnectivityLog(),
    fqdn: 'relay.example',
    certificate: internal,
    verbose: () => true,
  })
  const target = { address: '127.0.0.1', port: backEnd.port, tlsMode }
  const sink = new BackEndSink({
    connections,
    target: () => target,
    clock: systemClock,
    warn: () => undefined,
  })
  const server = await TestServer.start({
    users,
    passTo: sink,
    transportRole: 'FrontendTransport',
    connectors: [
      testConnector({
        TransportRole: 'FrontendTransport',
        AuthMechanism: 'BasicAuth',
        PermissionGroups: 'AnonymousUsers, ExchangeUsers',
        MaxInboundConnectionPerSource: 'unlimited',
        MaxInboundConnectionPercentagePerSource: 100,
        ...settings,
      }),
    ],
  })
  return {
    port: server.port,
    /** What it logged of clients, and of the back end. */
    logs: [server.log, sendLog],
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await connections[Symbol.asyncDispose]()
    },
  }
}

const backEndConnector = (settings: Readonly<Record<string, unknown>> = {}) =>
  testConnector({
    AuthMechanism: 'Tls, BasicAuth, BasicAuthRequireTLS, ExchangeServer',
    PermissionGroups: 'ExchangeUsers, ExchangeServers',
    ...settings,
  })

test.each(['StartTls', 'Implicit'] as const)(
  'hands strangers and users over to a back end with TlsMode %s',
  async (tlsMode) => {
    await using backEnd = await TestServer.start({
      users,
      connectors: [backEndConnector({ TlsMode: tlsMode })],
    })
    await using frontEnd = await frontEndOf(backEnd, tlsMode)

    await using stranger = await SmtpPeer.greeted({ port: frontEnd.port })
    await stranger.command('MAIL FROM:<x@lucerne.example>')
    expect(await stranger.command('RCPT TO:<x@elsewhere.example>')).toMatch(/^550 5\.7\.54/)
    expect(await stranger.command('RCPT TO:<ben@contoso.example>')).toMatch(/^250/)
    await stranger.command('DATA')
    expect(await stranger.command('from a stranger', '.')).toMatch(/^250 2\.6\.0 <1@relay/)

    await using user = await SmtpPeer.greeted({ port: frontEnd.port })
    expect(await user.command(logOn)).toMatch(/^235/)
    await user.command('MAIL FROM:<ana@contoso.example>')
    expect(await user.command('RCPT TO:<x@elsewhere.example>')).toMatch(/^250/)
    await user.command('DATA')
    expect(await user.command('from a user', '.')).toMatch(/^250 2\.6\.0 <1@relay/)

    const sessions = backEnd.sink.messages.map(({ transaction }) => transaction.session)
    expect(sessions.map(({ principal }) => principal.kind)).toEqual(['Anonymous', 'User'])
    expect(sessions.map(({ proxiedFor }) => proxiedFor?.helloName)).toEqual([
      'client.example',
      'client.example',
    ])
    expect(sessions.map(({ permissions }) => permissions.has('SMTPAcceptAnyRecipient'))).toEqual([
      false,
      true,
    ])
  },
)

test('a server account on a connector for users is a user at the back end, too', async () => {
  await using backEnd = await TestServer.start({ users, connectors: [backEndConnector()] })
  await using frontEnd = await frontEndOf(backEnd, 'StartTls')
  await using peer = await SmtpPeer.greeted({ port: frontEnd.port })
  expect(await peer.command(authPlain('app@contoso.example', 'secret'))).toMatch(/^235/)
  expect(await peer.command('MAIL FROM:<app@contoso.example>')).toBe('250 2.1.0 Sender OK')
  await peer.command('RCPT TO:<x@elsewhere.example>')
  await peer.command('DATA')
  expect(await peer.command('.')).toMatch(/^250/)
  const { principal } = backEnd.sink.messages[0]?.transaction.session ?? {}
  expect(principal).toMatchObject({ kind: 'User', addresses: ['app@contoso.example'] })
})

test('brings a crowd of users through one source', async () => {
  await using backEnd = await TestServer.start({
    users,
    connectors: [backEndConnector({ TlsMode: 'Implicit' })],
  })
  await using frontEnd = await frontEndOf(backEnd, 'Implicit')
  const submit = async () => {
    await using user = await SmtpPeer.greeted({ port: frontEnd.port })
    await user.command(logOn)
    await user.command('MAIL FROM:<ana@contoso.example>')
    await user.command('RCPT TO:<x@elsewhere.example>')
    await user.command('DATA')
    return await user.command('text', '.')
  }
  const replies = await Promise.all(Array.from({ length: 40 }, submit))
  expect(replies.filter((answer) => !answer.startsWith('250 2.6.0'))).toEqual([])
})

test.each([
  [
    'the front end',
    { MaxHeaderSize: '64KB', MaxHopCount: 20, MaxLocalHopCount: 3 },
    {},
    // The front end's own trace field is one hop more, whoever sets the limit.
    { maxHeaderSize: 65_536, maxHopCount: 21, maxLocalHopCount: 4 },
  ],
  [
    'the back end',
    { MaxLocalHopCount: 0 },
    { MaxHeaderSize: '64KB', MaxHopCount: 20, MaxLocalHopCount: 3 },
    { maxHeaderSize: 65_536, maxHopCount: 21, maxLocalHopCount: 4 },
  ],
  [
    'neither',
    { MaxLocalHopCount: 0 },
    { MaxLocalHopCount: 0 },
    { maxHeaderSize: 262_144, maxHopCount: 31, maxLocalHopCount: 0 },
  ],
])('holds to the narrower limits, of %s', async (_, front, back, limits) => {
  await using backEnd = await TestServer.start({ connectors: [backEndConnector(back)] })
  await using frontEnd = await frontEndOf(backEnd, 'StartTls', front)
  await using stranger = await SmtpPeer.greeted({ port: frontEnd.port })
  await stranger.command('MAIL FROM:<x@lucerne.example>')
  await stranger.command('RCPT TO:<ben@contoso.example>')
  await stranger.command('DATA')
  expect(await stranger.command('.')).toMatch(/^250/)
  expect(backEnd.sink.messages[0]?.transaction.limits).toEqual(limits)
})

test('an original recipient that came unencoded is kept', async () => {
  await using backEnd = await TestServer.start({ connectors: [backEndConnector()] })
  await using frontEnd = await frontEndOf(backEnd, 'StartTls')
  await using stranger = await SmtpPeer.greeted({ port: frontEnd.port })
  await stranger.command('MAIL FROM:<x@lucerne.example> SMTPUTF8')
  await stranger.command('RCPT TO:<ben@contoso.example> ORCPT=utf-8;bö@contoso.example')
  await stranger.command('DATA')
  expect(await stranger.command('.')).toMatch(/^250/)
  expect(backEnd.sink.messages[0]?.recipients).toEqual([
    { address: 'ben@contoso.example', originalRecipient: 'utf-8;b\\x{F6}@contoso.example' },
  ])
})

describe('the authors of a user are judged at the end of data', () => {
  const denied = '550 5.7.60 SMTP; Client does not have permissions to send as this sender'
  const backEndOf = () => {
    const queue = new QueueSubmission({
      store: new RecordingStore(),
      categorizer: new Categorizer({
        tables: new LiveValue(
          routingTables([], [sendConnector('Out', ['*'], { SmartHosts: ['192.0.2.9'] })]),
        ),
      }),
      transportConfig: new LiveValue(transportConfigSchema.parse({})),
      server: { Fqdn: 'relay.example' },
      clock: systemClock,
      newGuid: () => 'guid',
      enqueue: () => undefined,
      onFault: (what, error) => {
        throw new Error(what, { cause: error })
      },
    })
    const connectors = [backEndConnector({ AuthMechanism: 'BasicAuth, ExchangeServer' })]
    return TestServer.start({ users, connectors, passTo: queue })
  }
  const send = async (port: number, sender: string, header: string) => {
    await using user = await SmtpPeer.greeted({ port })
    expect(await user.command(logOn)).toMatch(/^235/)
    await user.command(`MAIL FROM:<${sender}>`)
    await user.command('RCPT TO:<x@elsewhere.example>')
    await user.command('DATA')
    return await user.command(header, '', 'text', '.')
  }

  test.each([
    ['ana@contoso.example', 'From: Ana <ana@contoso.example>', '250 2.6.0'],
    ['ana@contoso.example', 'From: Boss <boss@contoso.example>', denied],
    ['', 'From: ana@contoso.example', '250 2.6.0'],
    ['', 'From: evil@outside.example', denied],
  ])('with the sender <%s> and %s', async (sender, header, answer) => {
    await using backEnd = await backEndOf()
    await using frontEnd = await frontEndOf(backEnd, 'StartTls')
    expect(await send(backEnd.port, sender, header)).toContain(answer)
    expect(await send(frontEnd.port, sender, header)).toContain(answer)
  })
})

test('no credentials are written to the protocol logs of either service', async () => {
  const verbose = { ProtocolLoggingLevel: 'Verbose', MaxProtocolErrors: 'unlimited' }
  const tarpits = { MaxLogonFailures: 0 }
  await using backEnd = await TestServer.start({
    users,
    connectors: [backEndConnector({ ...verbose, ...tarpits })],
  })
  await using frontEnd = await frontEndOf(backEnd, 'StartTls', { ...verbose, ...tarpits })
  await using user = await SmtpPeer.greeted({ port: frontEnd.port })
  const secret = 'c2VjcmV0'
  const confused = [
    ...[`AUTH ${secret}`, `AUTH PLAIN=${secret}`, `AUTHPLAIN ${secret}`, secret, `PASS ${secret}`],
    ...['AUTH LOGIN', Buffer.from(secret).toString('base64'), secret],
    ...['AUTH PLAIN AGFuYQB3cm9uZw==', secret, logOn],
  ]
  for (const line of confused) await user.command(line)
  await user.command('MAIL FROM:<ana@contoso.example> AUTH=<>')
  await user.command('RCPT TO:<x@elsewhere.example>')
  await user.command('DATA')
  expect(await user.command('text', '.')).toMatch(/^250/)
  const lines = [backEnd.log, ...frontEnd.logs].map((log) => log.lines.join('\n'))
  for (const log of lines) expect(log).toContain('MAIL FROM:<ana@contoso.example>')
  expect(lines.join('\n')).not.toMatch(/c2VjcmV0|secret|AGFuYQ/)
})
