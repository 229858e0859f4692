import { describe, expect, test } from 'vitest'
import type { Agent } from '../../src/agents/agent.ts'
import type { AgentEvent } from '../../src/agents/agent-events.ts'
import { systemClock } from '../../src/base/clock.ts'
import { TestServer, testConnector, testUser } from '../support/receiving-server.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { testAgent, testRunner } from '../support/test-agent.ts'
import { until } from '../support/until.ts'

const refusal = { code: 550, enhanced: '5.7.1', lines: ['Not from you'] }
const reject = () => [{ kind: 'reject', reply: refusal }]

async function serverWith(...agents: readonly Agent[]) {
  const { runner, told, use } = testRunner(systemClock, agents)
  const server = await TestServer.start({
    agents: runner,
    users: [
      testUser({ UserName: 'ann', Password: 'secret', EmailAddresses: 'ann@contoso.example' }),
    ],
    connectors: [
      testConnector({
        AuthMechanism: 'Tls, BasicAuth',
        PermissionGroups: 'AnonymousUsers, ExchangeUsers',
      }),
    ],
  })
  return { server, told, use }
}

describe('a command is refused by an agent', () => {
  test.each<[AgentEvent, string]>([
    ['OnHeloCommand', 'HELO client.example'],
    ['OnEhloCommand', 'EHLO client.example'],
    ['OnNoopCommand', 'NOOP'],
    ['OnRsetCommand', 'RSET'],
    ['OnHelpCommand', 'HELP'],
  ])('at %s', async (event, command) => {
    const agent = testAgent({ [event]: reject })
    const { server } = await serverWith(agent)
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    await peer.reply()
    expect(await peer.command(command)).toBe('550 5.7.1 Not from you')
    expect(agent.asked).toMatchObject([
      { event, session: { connector: 'EDGE01\\Test', client: { address: '127.0.0.1' } } },
    ])
  })

  test('at OnStartTlsCommand, and the session goes on in clear', async () => {
    const { server } = await serverWith(testAgent({ OnStartTlsCommand: reject }))
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    await peer.reply()
    await peer.command('EHLO client.example')
    expect(await peer.command('STARTTLS')).toBe('550 5.7.1 Not from you')
    expect(await peer.command('NOOP')).toBe('250 2.0.0 OK')
  })
})

describe('who authenticates', () => {
  const plain = Buffer.from('\0ann\0secret').toString('base64')

  async function secured(agent: Agent) {
    const { server } = await serverWith(agent)
    const peer = await SmtpPeer.connect({ port: server.port })
    await peer.reply()
    await peer.command('EHLO client.example')
    await peer.command('STARTTLS')
    await peer.handshake()
    await peer.command('EHLO client.example')
    return { server, peer }
  }

  test('can be refused before the password is looked at', async () => {
    const agent = testAgent({ OnAuthCommand: reject })
    const { server, peer } = await secured(agent)
    await using _server = server
    await using _peer = peer
    expect(await peer.command(`AUTH PLAIN ${plain}`)).toBe('550 5.7.1 Not from you')
    expect(agent.asked).toMatchObject([{ mechanism: 'PLAIN', session: { tls: {} } }])
  })

  test('can be refused with the right password, and is nobody then', async () => {
    const agent = testAgent({ OnEndOfAuthentication: reject })
    const { server, peer } = await secured(agent)
    await using _server = server
    await using _peer = peer
    expect(await peer.command(`AUTH PLAIN ${plain}`)).toBe('550 5.7.1 Not from you')
    expect(agent.asked).toMatchObject([
      { session: { principal: { kind: 'User', userName: 'ann' } } },
    ])
    await peer.command('MAIL FROM:<ann@contoso.example>')
    expect(await peer.command(`AUTH PLAIN ${plain}`)).toMatch(/^503|^550/)
  })
})

describe('a connection', () => {
  test('is refused in place of the greeting', async () => {
    const { server } = await serverWith(testAgent({ OnConnectEvent: reject }))
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    expect(await peer.reply()).toBe('550 5.7.1 Not from you')
    expect(await peer.closed()).toBe('')
  })

  test('waits for an agent that thinks about it', async () => {
    const thinking = Promise.withResolvers<[]>()
    const agent = testAgent({ OnConnectEvent: () => thinking.promise })
    const { server } = await serverWith(agent)
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    await until(() => agent.asked.length === 1)
    thinking.resolve([])
    expect(await peer.reply()).toMatch(/^220 /)
  })

  test('is ended by an agent, with what it says', async () => {
    const answer = [{ kind: 'disconnect', reply: { code: 421, lines: ['Enough'] } }]
    const { server } = await serverWith(testAgent({ OnNoopCommand: () => answer }))
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    await peer.reply()
    expect(await peer.command('NOOP')).toBe('421 Enough')
    expect(await peer.closed()).toBe('')
  })

  test('that agents saw end is told once', async () => {
    const agent = testAgent({ OnDisconnectEvent: () => [] })
    const { server } = await serverWith(agent)
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    await peer.reply()
    await peer.command('QUIT')
    await until(() => agent.asked.length > 0)
    expect(agent.asked).toHaveLength(1)
  })

  test('keeps the agents that it began with', async () => {
    const { server, use } = await serverWith(testAgent({ OnNoopCommand: reject }))
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    await peer.reply()
    use()
    expect(await peer.command('NOOP')).toBe('550 5.7.1 Not from you')
    await using later = await SmtpPeer.connect({ port: server.port })
    await later.reply()
    expect(await later.command('NOOP')).toBe('250 2.0.0 OK')
  })
})

describe('a refusal of ours', () => {
  test('is told with the command, and is said all the same', async () => {
    const agent = testAgent({ OnReject: () => [] })
    const { server } = await serverWith(agent)
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    await peer.reply()
    expect(await peer.command('MAIL FROM:<a@lucerne.example>')).toBe('503 5.5.2 Send hello first')
    expect(await peer.command('NOOP')).toBe('250 2.0.0 OK')
    expect(agent.asked).toMatchObject([{ command: 'MAIL', reply: { code: 503 } }])
  })

  test('ends the connection when an agent wants it', async () => {
    const agent = testAgent({ OnReject: () => [{ kind: 'disconnect' }] })
    const { server } = await serverWith(agent)
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    await peer.reply()
    expect(await peer.command('MAIL FROM:<a@lucerne.example>')).toBe('503 5.5.2 Send hello first')
    expect(await peer.closed()).toBe('')
  })
})

describe('an agent that fails', () => {
  test.each<[string, () => unknown]>([
    ['by throwing', () => Promise.reject(new Error('out of order'))],
    ['by hanging', () => new Promise(() => undefined)],
    ['by talking nonsense', () => ['yes']],
  ])('%s costs its command alone', async (_, answer) => {
    let first = true
    const agent = testAgent(
      {
        OnNoopCommand() {
          const failing = first
          first = false
          return failing ? answer() : []
        },
      },
      { timeLimit: 50 },
    )
    const { server, told } = await serverWith(agent)
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    await peer.reply()
    expect(await peer.command('NOOP')).toBe(
      '451 4.7.0 Temporary server error. Please try again later. AGENT',
    )
    expect(await peer.command('NOOP')).toBe('250 2.0.0 OK')
    expect(told).toMatchObject([{ details: { agent: 'Test Agent', event: 'OnNoopCommand' } }])
    expect(server.errors).toEqual([])
  })

  test('at the connection sends the client away for now', async () => {
    const { server } = await serverWith(testAgent({ OnConnectEvent: () => 'no' }))
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    expect(await peer.reply()).toMatch(/^421 4\.3\.2 /)
    expect(await peer.closed()).toBe('')
  })

  test('and a client that goes away meanwhile leave nothing behind', async () => {
    const hanging = () => new Promise(() => undefined)
    const agent = testAgent({ OnNoopCommand: hanging }, { timeLimit: 100 })
    const { server } = await serverWith(agent)
    await using _server = server
    await using peer = await SmtpPeer.connect({ port: server.port })
    await peer.reply()
    peer.write('NOOP\r\n')
    await until(() => agent.asked.length === 1)
    peer.socket.destroy()
    await until(() => server.service.sessionCount === 0)
    expect(server.errors).toEqual([])
  })
})
