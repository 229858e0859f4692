import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { SystemShell } from '../support/system-shell.ts'

const address = '127.0.121.1'

const config = `
# A relay for this test.
Server: { Name: EDGE01, Fqdn: edge01.relay.example, Role: Edge }
AcceptedDomains: [{ DomainName: inside.example }]
ReceiveConnectors:
  # From everywhere.
  - Name: Main
    Bindings: ${address}:10025
    RemoteIPRanges: 127.0.0.0/8
    AuthMechanism: [Tls, ExternalAuthoritative]
    PermissionGroups: ExchangeServers
`

let relay: RelayProcess
let server: LabMailServer
let shell: SystemShell
beforeAll(async () => {
  server = await startLabMailServer({ hostname: 'mx.far.example', address: '127.0.121.2' })
  relay = await RelayProcess.start({ config, services: ['Transport'] })
  shell = new SystemShell(join(relay.folder, 'server.yaml'))
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await server.close()
})

const greeted = (port: number) => SmtpPeer.greeted({ host: address, port })

async function sizeOffered(port: number): Promise<string | undefined> {
  await using peer = await SmtpPeer.connect({ host: address, port })
  await peer.reply()
  return /^250[- ]SIZE (\d+)/m.exec(await peer.command('EHLO client.example'))?.[1]
}

const isRefused = (port: number) =>
  greeted(port).then(
    async (peer) => {
      await peer[Symbol.asyncDispose]()
      return false
    },
    (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED',
  )

test('a limit of size is in force when the prompt returns, and open sessions go on as they began', async () => {
  await using open = await greeted(10025)
  expect(await sizeOffered(10025)).toBe(String(35 * 1024 ** 2))
  expect(await shell.errorsOf('Set-ReceiveConnector Main -MaxMessageSize 1MB')).toBe('')
  expect(await sizeOffered(10025)).toBe(String(1024 ** 2))
  expect(await open.command(`MAIL FROM:<a@inside.example> SIZE=${2 * 1024 ** 2}`)).toMatch(/^250 /)
})

test('a new connector listens when the prompt returns, and a disabled one does no more', async () => {
  expect(
    await shell.errorsOf(
      `New-ReceiveConnector Second -Bindings ${address}:10026 -RemoteIPRanges 127.0.0.0/8 -PermissionGroups AnonymousUsers`,
    ),
  ).toBe('')
  await using open = await greeted(10026)
  expect(await shell.errorsOf('Disable-ReceiveConnector Second')).toBe('')
  expect(await isRefused(10026)).toBe(true)
  expect(await open.command('NOOP')).toMatch(/^250 /)
  expect(await shell.errorsOf('Enable-ReceiveConnector Second')).toBe('')
  expect(await isRefused(10026)).toBe(false)
  expect(await shell.errorsOf('Remove-ReceiveConnector Second -Confirm:$false')).toBe('')
  expect(await isRefused(10026)).toBe(true)
})

test('an address space that is added sends at once what waited for it', async () => {
  await using peer = await greeted(10025)
  const message = {
    from: 'a@inside.example',
    to: ['b@far.example'],
    content: plainMessage('hello'),
  }
  expect((await submit(peer, message)).at(-1)).toMatch(/^250 2\.6\.0 /)
  const line = `New-SendConnector Far -AddressSpaces near.example -DNSRoutingEnabled $false -SmartHosts ${server.address} -Port ${server.port}`
  expect(await shell.errorsOf(line)).toBe('')
  expect(server.messageCount).toBe(0)
  expect(await shell.errorsOf('Set-SendConnector Far -AddressSpaces @{Add="far.example"}')).toBe('')
  await server.received(1, AbortSignal.timeout(10_000))
})

test('a change that does not check changes nothing; one that cannot be in force is told', async () => {
  const file = join(relay.folder, 'server.yaml')
  const before = await readFile(file, 'utf8')
  expect(before).toContain('\n# A relay for this test.\n')
  const refused = `New-ReceiveConnector Third -Bindings ${address}:10025 -RemoteIPRanges 127.0.0.0/8`
  expect(await shell.errorsOf(refused)).toContain(
    'The values that you specified for the Bindings and RemoteIPRanges parameters conflict with the settings on Receive connector "EDGE01\\Main"',
  )
  expect(await readFile(file, 'utf8')).toBe(before)
  const taken = `New-ReceiveConnector Third -Bindings ${server.address}:${server.port} -RemoteIPRanges 127.0.0.0/8`
  expect(await shell.errorsOf(taken)).toContain(
    `WARNING: The change is not in force in the Transport service: Cannot listen on ${server.address}:${server.port}: another program has this port.`,
  )
  await writeFile(file, before)
})
