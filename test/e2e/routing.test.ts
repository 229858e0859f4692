import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { trustingEdge } from '../support/trusting-edge.ts'

const address = '127.0.105.1'
const hosts = { inside: '127.0.105.2', partner: '127.0.105.3', internet: '127.0.105.4' }

let inside: LabMailServer
let partner: LabMailServer
let internet: LabMailServer
beforeAll(async () => {
  const start = (name: keyof typeof hosts) =>
    startLabMailServer({ hostname: `${name}.example`, address: hosts[name] })
  ;[inside, partner, internet] = await Promise.all([
    start('inside'),
    start('partner'),
    start('internet'),
  ])
})
afterAll(async () => {
  for (const server of [inside, partner, internet]) await server.close()
})

let sendConnectors: ReturnType<typeof smartHostConnector>[]
beforeEach(() => {
  sendConnectors = [
    smartHostConnector('To Inside', '--', inside),
    smartHostConnector('To Partner', '*.partner.example', partner),
  ]
})

const config = () =>
  trustingEdge({ address, port: 10025, domain: 'inside.example', sendConnectors })

async function send(...to: readonly string[]): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port: 10025 })
  const message = { from: 'ana@inside.example', to, content: plainMessage('three ways') }
  expect((await submit(peer, message)).at(-1)).toMatch(/^250 2\.6\.0 /)
}

const start = () => RelayProcess.start({ config: config(), services: ['Transport'] })

async function shown(relay: RelayProcess, ...command: readonly string[]): Promise<string> {
  const [name = '', ...rest] = command
  const { stdout, stderr } = await runEdge([name, '--data', relay.dataFolder, ...rest])
  return stdout + stderr
}

async function explain(relay: RelayProcess, recipient: string): Promise<string> {
  const file = join(relay.folder, 'server.yaml')
  const { code, stdout } = await runEdge(['explain-route', recipient, '--config', file])
  expect(code).toBe(0)
  return stdout
}

test('a message to three address spaces leaves as three copies, as explain-route tells', async () => {
  sendConnectors.push(smartHostConnector('To Internet', '*', internet))
  await using relay = await start()
  expect(await explain(relay, 'bob@inside.example')).toBe(
    [
      'Recipient        bob@inside.example',
      'Accepted domain  inside.example (Authoritative)',
      'Connectors',
      '  To Inside: chosen by SMTP:--;1',
      '  To Partner: no matching address space',
      '  To Internet: less specific address space by SMTP:*;1',
      `Winner           To Inside, smart hosts [${hosts.inside}]`,
      'Next hosts, in the order tried',
      `  ${hosts.inside}:${inside.port}`,
      '',
    ].join('\n'),
  )
  expect(await explain(relay, 'cyd@a.partner.example')).toMatch(
    /^Accepted domain  a\.partner\.example is not an accepted domain: [^]*\nWinner           To Partner, /m,
  )
  expect(await explain(relay, 'dan@far.example')).toMatch(/^Winner           To Internet, /m)
  await send('bob@inside.example', 'eve@inside.example', 'cyd@a.partner.example', 'dan@far.example')
  const signal = AbortSignal.timeout(10_000)
  await Promise.all([inside, partner, internet].map((server) => server.received(1, signal)))
  const arrived = [inside, partner, internet].map(({ messages }) =>
    messages.map(({ recipients }) => recipients.map((recipient) => recipient.address)),
  )
  expect(arrived).toEqual([
    [['bob@inside.example', 'eve@inside.example']],
    [['cyd@a.partner.example']],
    [['dan@far.example']],
  ])
})

describe('a recipient that no connector serves', () => {
  async function unreachable(relay: RelayProcess): Promise<void> {
    await send('dan@far.example', 'bob@inside.example')
    const queues = await shown(relay, 'Get-Queue')
    expect(queues).toMatch(/^EDGE01\\Unreachable +Unreachable +Ready +1 .* Unreachable Domain *$/m)
    const errors = await shown(relay, 'shell', '-Command', 'Get-Queue Unreachable | % LastError')
    const error = 'A matching connector cannot be found to route the external recipient'
    expect(errors).toBe(`${error}\n`)
    expect(await shown(relay, 'Get-Message')).toMatch(
      /^EDGE01\\Unreachable\\\d+ +ana@inside\.example /m,
    )
    expect(await explain(relay, 'dan@far.example')).toMatch(
      /^Winner +none: the Unreachable queue \(.*\)$/m,
    )
  }

  test.each(['by a change of the file alone', 'by SIGHUP'])(
    'waits in Unreachable, and leaves once there is one: %s',
    async (how) => {
      await using relay = await start()
      const before = internet.messageCount
      await unreachable(relay)
      sendConnectors.push(smartHostConnector('To Internet', '*', internet))
      await writeFile(join(relay.folder, 'server.yaml'), config())
      if (how === 'by SIGHUP') relay.kill('SIGHUP')
      await internet.received(before + 1, AbortSignal.timeout(15_000))
      await expect
        .poll(() => shown(relay, 'Get-Queue'), { timeout: 5000 })
        .not.toMatch(/Unreachable/)
    },
  )
})
