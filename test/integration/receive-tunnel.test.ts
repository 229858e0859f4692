import { once } from 'node:events'
import { type Server, type Socket, connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import type { OutboundTunnel } from '../../src/proxy/outbound-tunnel.ts'
import type { TunnelRequest } from '../../src/proxy/xproxy-command.ts'
import { reply } from '../../src/smtp/reply.ts'
import { TestServer, testConnector, testKeyPairs, testUser } from '../support/receiving-server.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { authPlain } from '../support/submit.ts'

/** Joins clients to a server that echoes. */
function echoTunnel(port: number): OutboundTunnel & { readonly requests: TunnelRequest[] } {
  const requests: TunnelRequest[] = []
  return {
    requests,
    async open(request) {
      requests.push(request)
      if (request.destination.port === 1) return reply('450 4.4.1 Connection refused')
      const hop = connect({ port, host: '127.0.0.1' })
      await once(hop, 'connect')
      return {
        reply: reply('250 2.0.0 XProxyTo accepted'),
        join: async (client) => {
          client.pipe(hop).pipe(client)
          client.resume()
          await once(hop, 'close')
        },
        abort: () => hop.destroy(),
      }
    },
  }
}

async function echoServer(): Promise<Server> {
  const server = createServer((socket: Socket) => socket.pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const connectors = [
  testConnector({ AuthMechanism: 'Tls, ExchangeServer', PermissionGroups: 'ExchangeServers' }),
]
const command = (port: number) =>
  `XPROXYTO DESTINATION=192.0.2.9 PORT=${port} SID=08DD5A1122334401 CONNECTOR=To+20Internet`

async function trusted(server: TestServer): Promise<SmtpPeer> {
  const { internal } = await testKeyPairs()
  const peer = await SmtpPeer.greeted({ port: server.port })
  await peer.startTls({ cert: internal.certificate, key: internal.key }, 'X-ANONYMOUSTLS')
  return peer
}

test('joins the Transport service to its next hop by XPROXYTO', async () => {
  const echo = await echoServer()
  const address = echo.address()
  const tunnel = echoTunnel(typeof address === 'object' ? (address?.port ?? 0) : 0)
  await using server = await TestServer.start({ connectors, tunnel })
  await using peer = await trusted(server)
  expect(await peer.command('EHLO hub.example')).toMatch(/\n250 XPROXYTO$/)
  expect(await peer.command(command(1))).toBe('450 4.4.1 Connection refused')
  expect(await peer.command(command(25))).toBe('250 2.0.0 XProxyTo accepted')
  expect(tunnel.requests.at(-1)).toMatchObject({
    destination: { address: '192.0.2.9', port: 25 },
    connector: 'To Internet',
  })
  expect(await peer.command('220 whatever is said comes back')).toBe(
    '220 whatever is said comes back',
  )
  peer.socket.end()
  await peer.closed()
  echo.close()
})

test('opens nothing, and speaks for nobody, for an account of ExchangeServers', async () => {
  const basic = { AuthMechanism: 'BasicAuth, ExchangeServer', PermissionGroups: 'ExchangeServers' }
  const tunnel = echoTunnel(1)
  await using server = await TestServer.start({
    ...{ connectors: [testConnector(basic)], tunnel },
    users: [testUser({ UserName: 'app', Password: 'secret', Groups: 'ExchangeServers' })],
  })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  expect(await peer.command(authPlain('app', 'secret'))).toMatch(/^235/)
  expect(await peer.command('EHLO app.example')).not.toContain('XPROXY')
  expect(await peer.command(command(25))).toBe('500 5.3.3 Unrecognized command')
  const client = 'SID=08DD5A1122334401 IP=203.0.113.7 PORT=1 PERMS=1 LIMITS=9000,9,9'
  expect(await peer.command(`XPROXY ${client} SECID=app`)).toBe('500 5.3.3 Unrecognized command')
  expect(tunnel.requests).toEqual([])
  expect(await peer.command('MAIL FROM:<ana@contoso.example>')).toBe('250 2.1.0 Sender OK')
})

test('refuses XPROXYTO to a client that is not one of our services', async () => {
  await using server = await TestServer.start({ connectors, tunnel: echoTunnel(1) })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  expect(await peer.command(command(25))).toBe('500 5.3.3 Unrecognized command')
})

test('does not know XPROXYTO in the Transport service', async () => {
  await using server = await TestServer.start({ connectors })
  await using peer = await trusted(server)
  expect(await peer.command('EHLO hub.example')).not.toContain('XPROXYTO')
  expect(await peer.command(command(25))).toBe('500 5.3.3 Unrecognized command')
})
