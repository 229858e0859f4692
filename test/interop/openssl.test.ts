import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { testCertificate } from '../support/test-certificate.ts'
import { RunningProgram } from './program.ts'
import { mailboxConfig, smartHost } from '../support/relay-config.ts'

const address = '127.0.124.1'
let folder: string
let relay: RelayProcess

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interop-'))
  const { cert, key } = await testCertificate(['clients.contoso.test'])
  await writeFile(join(folder, 'clients.pem'), `${cert}\n${key}\n`)
  const config = mailboxConfig({
    address,
    sendConnectors: smartHost('*', { address: '127.0.124.2', port: 25 }),
    more: `
Certificates:
  - { CertificateFile: ${join(folder, 'clients.pem')}, KeyFile: ${join(folder, 'clients.pem')} }
`,
  }).replace(
    'Name: Client Frontend MBX01',
    'Name: Client Frontend MBX01\n    Fqdn: clients.contoso.test',
  )
  relay = await RelayProcess.start({ config })
})

afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

interface Handshake {
  readonly port: number
  readonly args?: readonly string[]
  /** Said once TLS stands; without one `quit`. */
  readonly commands?: readonly string[]
}

/** Port 465 starts TLS on connect. */
const starts = (port: number) => (port === 465 ? [] : ['-starttls', 'smtp'])

/** Runs `openssl s_client` to its end and gives all it printed. */
async function openssl({ port, args = [], commands = ['quit'] }: Handshake): Promise<string> {
  await using client = new RunningProgram('openssl', [
    ...[
      's_client',
      '-connect',
      `${address}:${port}`,
      ...starts(port),
      '-crlf',
      '-ign_eof',
      ...args,
    ],
  ])
  for (const command of commands) client.say(`${command}\n`)
  const { output } = await client.finished
  return output
}

/** s_client's own word for what OpenSSL no longer does by default. */
const anySecurity = ['-cipher', 'ALL:@SECLEVEL=0']

describe.each([25, 587, 465])('on port %i', (port) => {
  test.each([
    ['1.2', '-tls1_2', 'TLSv1.2'],
    ['1.3', '-tls1_3', 'TLSv1.3'],
  ])('TLS %s works', async (_, option, version) => {
    const output = await openssl({ port, args: [option] })
    expect(output).toMatch(new RegExp(`^New, ${version}, Cipher is .*(?:GCM|CHACHA20)`, 'm'))
    expect(output).toContain('221 2.0.0 Service closing transmission channel')
  })

  test.each([
    ['1.0', '-tls1'],
    ['1.1', '-tls1_1'],
  ])('TLS %s is refused', async (_, option) => {
    const output = await openssl({ port, args: [option, ...anySecurity] })
    expect(output).toMatch(/alert protocol version|unsupported protocol/)
    expect(output).toContain('Cipher is (NONE)')
  })

  test('anonymous, exported and RC4 ciphers are refused', async () => {
    const args = ['-tls1_2', '-cipher', 'aNULL:eNULL:RC4:3DES:MD5:@SECLEVEL=0']
    expect(await openssl({ port, args })).toContain('Cipher is (NONE)')
  })

  test.each([['-tls1_2'], ['-tls1_3']])('a %s session is resumed', async (version) => {
    const session = join(folder, `session-${port}${version}`)
    // A ticket of TLS 1.3 comes after the handshake, so with the next reply at the latest.
    const first = await openssl({ port, args: [version, '-sess_out', session] })
    expect(first).toMatch(/^New, TLSv1/m)
    const second = await openssl({ port, args: [version, '-sess_in', session] })
    expect(second).toMatch(/^Reused, TLSv1/m)
    expect(second).toContain('221 2.0.0')
  })
})

test.each([
  [25, 'mail.contoso.test'],
  [587, 'clients.contoso.test'],
  [465, 'mail.contoso.test'],
])("the certificate on port %i is for the connector's Fqdn", async (port, name) => {
  const output = await openssl({ port })
  expect(output).toMatch(new RegExp(`^subject=CN = ${name}$`, 'm'))
})

// Servers of the organisation show theirs by X-ANONYMOUSTLS; others are not asked, for some clients stop then.
test.each([
  ['465, whose connector has ExchangeServer, asks', 465, true],
  ['25 does not ask by STARTTLS', 25, false],
  ['587 does not ask', 587, false],
])('for a client certificate: %s', async (_, port, asked) => {
  const output = await openssl({ port, args: ['-tls1_2'] })
  expect(output).toContain('No client certificate CA names sent')
  expect(/^Client Certificate Types: /m.test(output)).toBe(asked)
})

test('commands in the segment of STARTTLS are discarded, not run inside TLS', async () => {
  for (const port of [25, 587]) {
    await using peer = await SmtpPeer.greeted({ host: address, port })
    peer.write('STARTTLS\r\nEHLO injected.example\r\nNOOP\r\n')
    expect(await peer.reply()).toMatch(/^220 2\.0\.0 /)
    await peer.handshake()
    // A reply to an injected command would come before this one's.
    expect(await peer.command('HELP')).toMatch(/^214-/)
    expect(await peer.command('EHLO client.example')).toMatch(/^250-/)
  }
})
