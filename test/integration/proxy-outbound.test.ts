import { once } from 'node:events'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { TLSSocket } from 'node:tls'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { outboundProxyDialer } from '../../src/proxy/outbound-proxy.ts'
import { OutboundProxyServer } from '../../src/proxy/outbound-proxy-server.ts'
import type { OutboundTunnel } from '../../src/proxy/outbound-tunnel.ts'
import { parseXProxyTo } from '../../src/proxy/xproxy-command.ts'
import { ClientFailure } from '../../src/deliver/smtp/client-failure.ts'
import { defaultClientTimeouts } from '../../src/deliver/smtp/client-timeouts.ts'
import { directDialer } from '../../src/deliver/smtp/dialer.ts'
import { SmtpClient } from '../../src/deliver/smtp/smtp-client.ts'
import { formatReply, replyText } from '../../src/smtp/reply.ts'
import type { KeyPair } from '../../src/tls/certificates.ts'
import { deliveryBench, dnsQueue, MemoryLane, testCopy } from '../support/delivery-bench.ts'
import { testCertificate, testKeyPair } from '../support/test-certificate.ts'
import { FakeMx } from '../support/fake-mx.ts'
import { RecordedProtocolLog } from '../support/recorded-protocol-log.ts'
import { RecordedConnectivityLog } from '../support/recorded-connectivity-log.ts'

let internal: KeyPair
beforeAll(async () => {
  internal = await testKeyPair('edge-relay.internal')
})

const stack = { current: new AsyncDisposableStack() }
afterEach(async () => {
  await stack.current.disposeAsync()
  stack.current = new AsyncDisposableStack()
})

/** The part of a front end's session that leads to a tunnel, without its checks. */
async function listen(tunnel: OutboundTunnel): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.write('220 front.example ESMTP\r\n')
    answerCommands(socket, tunnel)
  })
  stack.current.defer(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function answerCommands(socket: Socket, tunnel: OutboundTunnel): void {
  socket.on('data', (data: Buffer) => {
    const line = data.toString().trimEnd()
    if (line === 'X-ANONYMOUSTLS') {
      socket.write('220 2.0.0 SMTP server ready\r\n')
      socket.removeAllListeners('data')
      const { key, certificate: cert } = internal
      const secured = new TLSSocket(socket, {
        isServer: true,
        requestCert: true,
        rejectUnauthorized: false,
        key,
        cert,
      })
      secured.on('error', () => undefined)
      answerCommands(secured, tunnel)
    } else if (line.startsWith('XPROXYTO ')) {
      void joinTunnel(socket, tunnel, line.slice('XPROXYTO '.length))
    } else {
      socket.write('250 front.example\r\n')
    }
  })
}

async function joinTunnel(socket: Socket, tunnel: OutboundTunnel, argument: string): Promise<void> {
  const request = parseXProxyTo(argument)
  if ('code' in request) {
    socket.write(formatReply(request))
    return
  }
  socket.pause()
  const opened = await tunnel.open(request, new AbortController().signal)
  if ('code' in opened) {
    socket.resume()
    socket.write(formatReply(opened))
    return
  }
  socket.removeAllListeners('data')
  socket.write(formatReply(opened.reply))
  await opened.join(socket)
}

/** Delivery's way out by a front end. */
const dialerThrough = (port: number, log = new RecordedProtocolLog()) =>
  outboundProxyDialer({
    dialer: directDialer(systemClock),
    clock: systemClock,
    log,
    certificate: internal,
    fqdn: 'mail1.corp.example',
    frontEnd: { address: '127.0.0.1', port, tlsMode: 'StartTls' },
    connector: 'To Internet',
    verbose: () => true,
  })

async function setUp(
  changes: { readonly idleTimeout?: number; readonly maxTunnels?: number } = {},
) {
  const log = new RecordedProtocolLog()
  const connectivityLog = new RecordedConnectivityLog()
  const server = new OutboundProxyServer({
    dialer: directDialer(systemClock),
    clock: systemClock,
    log,
    connectivityLog,
    verbose: () => true,
    ...changes,
  })
  stack.current.use(server)
  const ownLog = new RecordedProtocolLog()
  const dialer = dialerThrough(await listen(server), ownLog)
  return { dialer, log, connectivityLog, ownLog, server }
}

const options = { timeout: 5000, signal: new AbortController().signal }
const to = (port: number) => ({ host: 'mx.example', address: '127.0.0.1', port })
const silent = { id: '0000000000000000', record: () => undefined }
const clientOptions = { clock: systemClock, log: silent, timeouts: defaultClientTimeouts }

async function nextHop(...parameters: Parameters<typeof FakeMx.start>): Promise<FakeMx> {
  const fake = await FakeMx.start(...parameters)
  stack.current.use(fake)
  return fake
}

/** The reason why a dial failed. */
async function verdictOf(dial: Promise<unknown>): Promise<string> {
  const failure: unknown = await dial.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(failure instanceof ClientFailure) || failure.verdict === undefined) throw failure
  expect(failure.stage).toBe('connect')
  return replyText(failure.verdict)
}

describe('delivery through the front end', () => {
  test('speaks with the next hop, TLS within TLS, as if it were connected directly', async () => {
    const { dialer, log, connectivityLog, ownLog } = await setUp()
    const tls = await testCertificate(['mx.example'])
    const fake = await nextHop({ tls, capabilities: ['PIPELINING'] })
    const connection = await dialer.dial(to(fake.port), options)
    expect(connection.remote).toEqual({ address: '127.0.0.1', port: fake.port })
    const client = await SmtpClient.open(connection.socket, clientOptions)
    expect(replyText(client.greeting)).toBe('220 fake.example ESMTP')
    await client.hello('mail1.corp.example')
    await client.startTls({ servername: 'mx.example' })
    expect(client.tls?.certificate?.subjectaltname).toBe('DNS:mx.example')
    await client.hello('mail1.corp.example')
    await client.pipeline(['MAIL FROM:<a@b.example>', 'RCPT TO:<c@d.example>', 'DATA'])
    const content = 'Subject: big\r\n\r\n'.concat('0123456789abcdef\r\n'.repeat(60_000))
    await client.sendContent(Buffer.from(content))
    expect((await client.endContent()).code).toBe(250)
    await client.quit()
    expect(fake.messages[0]?.content).toBe(content)
    expect(fake.sessions[0]?.secured).toBe(true)
    await fake.until(() => fake.sessions[0]?.closed === true)

    const [session] = log.sessions
    await log.until(() => session?.records.at(-1)?.startsWith('-') === true)
    expect(session?.options).toMatchObject({
      connectorId: 'To Internet',
      remote: { address: '127.0.0.1', port: fake.port },
    })
    const ownId = ownLog.sessions[0]?.id ?? ''
    expect(session?.records.slice(0, 2)).toEqual(['+ ', `* ${ownId}|proxying outbound session`])
    expect(session?.records[2]).toMatch(
      /^\* \|proxied session; 1\d{6} bytes sent, \d{3,4} bytes received$/,
    )
    expect(session?.records[3]).toMatch(/^- \|/)
    expect(connectivityLog.sessions).toEqual([
      {
        id: session?.options.id,
        destination: '127.0.0.1',
        records: [
          `+ Undefined To Internet;Starting outbound connection for inbound session ${ownId}`,
          '> Established connection to 127.0.0.1',
          expect.stringMatching(
            /^- {2}\(proxied session; 1\d{6} bytes sent, \d{3,4} bytes received\)$/,
          ),
        ],
      },
    ])
    expect(ownLog.sessions[0]?.records).toContain(
      `> XPROXYTO DESTINATION=127.0.0.1 PORT=${fake.port} SID=${ownId} CONNECTOR=To+20Internet`,
    )
  })

  test('falls back to clear text, and from a refusal of it to TLS, as if it were connected directly', async () => {
    const { dialer } = await setUp()
    const tls = await testCertificate(['mx.example'])
    const fake: FakeMx = await nextHop({
      tls,
      handshakeFault: (session) => (fake.sessions.indexOf(session) === 0 ? 'reset' : undefined),
      answers: {
        MAIL: (_, { secured }) => (secured ? '250 2.1.0 OK' : '530 5.7.0 Use STARTTLS'),
      },
    })
    const zones = { 'good.test': { a: ['127.0.0.1'] } }
    const connector = { Port: fake.port }
    const bench = deliveryBench({ zones, connector, dialerFor: () => dialer })
    stack.current.use(bench)
    const send = async () => {
      const lane = new MemoryLane(dnsQueue('good.test'), [testCopy(['a@good.test'])])
      const result = await bench.delivery.serve(lane, options.signal)
      return 'error' in result ? result.error : lane.results.join()
    }
    expect(await send()).toMatch(
      /^454 4\.7\.0 TLS negotiation failed: .*\. In clear: 530 5\.7\.0 Use STARTTLS$/,
    )
    expect(await send()).toBe('delivered a@good.test 250 2.6.0 Queued')
    expect(fake.sessions.map(({ secured }) => secured)).toEqual([false, false, true])
  })

  test('keeps what the next hop says together with the reply to XPROXYTO', async () => {
    const { dialer } = await setUp()
    const fake = await nextHop()
    const { socket } = await dialer.dial(to(fake.port), options)
    // The greeting is in the stream before anyone reads it.
    await fake.until(() => fake.sessions.length === 1)
    const client = await SmtpClient.open(socket, clientOptions)
    expect(client.greeting.code).toBe(220)
    client.destroy()
  })

  test('sees a next hop that breaks off', async () => {
    const { dialer } = await setUp()
    const fake = await nextHop({ answers: { EHLO: 'drop' } })
    const { socket } = await dialer.dial(to(fake.port), options)
    const client = await SmtpClient.open(socket, clientOptions)
    await expect(client.hello('mail1.corp.example')).rejects.toThrow(/connection/)
  })

  test('ends the connection to the next hop when the delivery leaves', async () => {
    const { dialer } = await setUp()
    const fake = await nextHop()
    const { socket } = await dialer.dial(to(fake.port), options)
    const client = await SmtpClient.open(socket, clientOptions)
    client.destroy()
    await fake.until(() => fake.sessions[0]?.closed === true)
  })

  test('cuts a tunnel in which nothing moves', async () => {
    const { dialer } = await setUp({ idleTimeout: 50 })
    const fake = await nextHop()
    const { socket } = await dialer.dial(to(fake.port), options)
    const client = await SmtpClient.open(socket, clientOptions)
    await fake.until(() => fake.sessions[0]?.closed === true)
    await expect(client.hello('mail1.corp.example')).rejects.toThrow(/connection/)
  })

  test('cuts its tunnels when the front end stops', async () => {
    const { dialer, server } = await setUp()
    const fake = await nextHop()
    await dialer.dial(to(fake.port), options)
    server.close()
    await fake.until(() => fake.sessions[0]?.closed === true)
  })
})

describe('a tunnel that does not come about', () => {
  test('because the next hop refuses tells what the front end met', async () => {
    const { dialer, log } = await setUp()
    const fake = await nextHop()
    const { port } = fake
    await fake[Symbol.asyncDispose]()
    expect(await verdictOf(dialer.dial(to(port), options))).toBe(
      `450 4.7.0 Proxy session setup failed on Frontend with '451 4.4.1 Unable to connect: connect ECONNREFUSED 127.0.0.1:${port}'`,
    )
    expect(log.sessions[0]?.records).toContain(
      `* |Failed to connect: connect ECONNREFUSED 127.0.0.1:${port}`,
    )
  })

  test('because there are too many is refused for now', async () => {
    const { dialer } = await setUp({ maxTunnels: 1 })
    const fake = await nextHop()
    await dialer.dial(to(fake.port), options)
    expect(await verdictOf(dialer.dial(to(fake.port), options))).toBe(
      "450 4.7.0 Proxy session setup failed on Frontend with '451 4.3.2 The maximum number of concurrent outbound connections has exceeded a limit'",
    )
  })

  test.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'refuses XPROXYTO',
      { XPROXYTO: '500 5.3.3 Unrecognized command' },
      '500 5.3.3 Unrecognized command',
    ],
    [
      'closes at XPROXYTO',
      { XPROXYTO: 'drop' },
      '421 4.4.2 Connection dropped: the front end closed the connection',
    ],
    [
      'refuses X-ANONYMOUSTLS',
      { 'X-ANONYMOUSTLS': '500 5.3.3 Unrecognized command' },
      '421 4.4.1 Unable to use the front end (tls): 500 5.3.3 Unrecognized command',
    ],
    [
      'answers nonsense',
      { XPROXYTO: 'what?'.repeat(2000) },
      '421 4.4.2 Connection dropped: the front end sent no reply',
    ],
  ])('because the front end %s', async (_, answers, inner) => {
    const tls = { key: internal.key, cert: internal.certificate, requestCert: true }
    const front = await nextHop({ tls, answers })
    const dialer = dialerThrough(front.port)
    expect(await verdictOf(dialer.dial(to(25), options))).toBe(
      `450 4.7.0 Proxy session setup failed on Frontend with '${inner}'`,
    )
  })

  test('because delivery stops gives up at once', async () => {
    const tls = { key: internal.key, cert: internal.certificate, requestCert: true }
    const front = await nextHop({ tls, answers: { XPROXYTO: 'hang' } })
    const stop = new AbortController()
    const dialer = dialerThrough(front.port)
    const dialing = verdictOf(dialer.dial(to(25), { ...options, signal: stop.signal }))
    await front.until(() => front.lines.some((line) => line.startsWith('XPROXYTO')))
    stop.abort()
    expect(await dialing).toContain('delivery is shutting down')
    await front.until(() => front.sessions[0]?.closed === true)
  })
})
