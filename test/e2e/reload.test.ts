import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LogLine, RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'

const address = '127.0.109.1'

const connector = (name: string, port: number, banner: string) => `
  - Name: ${name}
    Bindings: ${address}:${port}
    RemoteIPRanges: 127.0.0.0/8
    PermissionGroups: AnonymousUsers
    Banner: ${banner}`

const config = (...connectors: readonly string[]) => `
Server: { Name: EDGE01, Fqdn: edge01.relay.example, Role: Edge }
AcceptedDomains: [{ DomainName: inside.example }]
SendConnectors: [{ Name: To Internet, AddressSpaces: '*' }]
ReceiveConnectors:${connectors.join('')}
`

const staying = connector('Staying', 10025, '220 first')
const leaving = connector('Leaving', 10026, '220 leaving')

let relay: RelayProcess
beforeAll(async () => {
  relay = await RelayProcess.start({ config: config(staying, leaving), services: ['Transport'] })
})
afterAll(() => relay[Symbol.asyncDispose]())

/** Puts another configuration in place, as an editor does, and waits for what the relay logs of it. */
async function change(text: string, logged: (line: LogLine) => boolean): Promise<LogLine> {
  const from = relay.lineCount
  const file = join(relay.folder, 'server.yaml')
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
  return await relay.logged(logged, from)
}

async function banner(port = 10025): Promise<string> {
  await using peer = await SmtpPeer.connect({ host: address, port })
  return await peer.reply()
}

const patience = { timeout: 10_000, interval: 100 }

test('a change that does not check leaves the old configuration, and is logged with its place', async () => {
  const pid = relay.servicePid('Transport')
  const broken = config(connector('Staying', 10025, '220 wrong'), leaving)
    .replace('127.0.0.0/8', '127.0.0.0/33')
    .replace('AnonymousUsers', 'AnonymousUser')
  const from = relay.lineCount
  const line = await change(broken, ({ msg }) => msg.includes('127.0.0.0/33'))
  expect(line.level).toBe(50)
  expect(line.msg).toMatch(/server\.yaml:8:\d+ ReceiveConnectors\[0\]\.RemoteIPRanges/)
  await relay.logged(({ msg }) => /server\.yaml:9:\d+ .*not "AnonymousUser"$/.test(msg), from)
  expect(await banner()).toBe('220 first')
  expect(await banner(10026)).toBe('220 leaving')
  expect(relay.servicePid('Transport')).toBe(pid)
})

test('a file that does not check makes no running service unhealthy, and is told', async () => {
  const places = ['--config', join(relay.folder, 'server.yaml'), '--data', relay.dataFolder]
  const health = await runEdge(['healthcheck', ...places])
  expect(health.stderr).toContain('127.0.0.0/33')
  expect(health.code).toBe(0)
  const nobody = await runEdge(['healthcheck', ...places.slice(0, 2), '--data', relay.folder])
  expect(nobody.stderr).toContain('edge: the Transport service does not run')
  expect(nobody.code).toBe(1)
})

test('SIGHUP reads the file again, and a broken one changes nothing either', async () => {
  const from = relay.lineCount
  relay.kill('SIGHUP')
  await relay.logged(({ msg }) => msg.includes('127.0.0.0/33'), from)
  expect(await banner()).toBe('220 first')
})

test.each([
  ['emptied', '', 'the file is empty'],
  ['that lost its Server', config(staying, leaving).replace(/Server:.*/, ''), 'Server is gone'],
])('a file %s changes nothing, and is told', async (_, text, told) => {
  const from = relay.lineCount
  const file = join(relay.folder, 'server.yaml')
  await writeFile(file, text)
  await relay.logged(({ msg }) => msg.includes(told), from)
  await relay.logged(({ msg }) => msg.includes('is not taken over'), from)
  expect(await banner()).toBe('220 first')
  expect(await banner(10026)).toBe('220 leaving')
})

test('a file without a setting is refused by check-config and at start', async () => {
  const file = join(relay.folder, 'empty.yaml')
  await writeFile(file, '# Nothing yet.\n')
  for (const command of ['check-config', 'start']) {
    const { code, stderr } = await runEdge([command, '--config', file])
    expect(stderr).toContain('empty.yaml: the file has no section with a setting')
    expect(code).toBe(1)
  }
})

test('a changed banner is live without a restart', async () => {
  const pid = relay.servicePid('Transport')
  await using open = await SmtpPeer.greeted({ host: address, port: 10025 })
  await change(config(connector('Staying', 10025, '220 second'), leaving), ({ msg }) =>
    msg.includes('is in effect'),
  )
  await expect.poll(() => banner(), patience).toBe('220 second')
  expect(await open.command('NOOP')).toMatch(/^250 /)
  expect(relay.servicePid('Transport')).toBe(pid)
})

test('a binding that is taken away is closed, and a session on it goes on', async () => {
  await using open = await SmtpPeer.greeted({ host: address, port: 10026 })
  await change(config(staying), ({ msg }) => msg.includes('is in effect'))
  const refused = () =>
    banner(10026).then(
      () => 'taken',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    )
  await expect.poll(refused, patience).toBe('ECONNREFUSED')
  expect(await open.command('MAIL FROM:<a@sender.example>')).toBe('250 2.1.0 Sender OK')
  expect(await open.command('RCPT TO:<b@inside.example>')).toBe('250 2.1.5 Recipient OK')
  expect(await open.command('QUIT')).toMatch(/^221 /)
})

test('a service that listens on nothing is unhealthy', async () => {
  await change(`${config().trimEnd()} []\n`, ({ msg }) => msg.includes('is in effect'))
  const places = ['--config', join(relay.folder, 'server.yaml'), '--data', relay.dataFolder]
  await expect
    .poll(async () => (await runEdge(['healthcheck', ...places])).stderr, patience)
    .toContain('Transport: it listens on no port: it has no Receive connector that is enabled')
})
