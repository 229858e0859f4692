import { mkdtemp, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { type LabDns, startLabDns } from '../../src/lab/lab-dns.ts'
import { blocks, shellLines, withPart, writeNamedFiles } from '../support/documentation.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { moved, shippedConfig } from '../support/shipped-config.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'

const [address, inside] = ['127.0.163.1', '127.0.163.2']

/** Lines of the management shell, as the pages show them behind its prompt. */
function promptLines(path: string): readonly string[] {
  return blocks(path, '').flatMap((block) =>
    [...block.matchAll(/^\[PS\] \w+> (.*)$/gm)].map(([, line = '']) => line),
  )
}

/** Pages with lines of the management shell, and of which of their parts the configuration is to have. */
const chapters = [
  ['docs/management.md', 0],
  ['docs/recipients.md', 1],
  ['docs/other-ways.md', 2],
  ['docs/address-rewriting.md', 2],
] as const

describe.each(chapters)('the lines of the management shell in %s', (path, parts) => {
  let host: LabMailServer
  let dns: LabDns
  let relay: RelayProcess
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-docs-'))
    host = await startLabMailServer({ hostname: 'mbx1.corp.contoso.com', address: inside })
    const zones = { 'mbx1.corp.contoso.com': { a: [inside] } }
    dns = await startLabDns({ address: inside, port: 0, zones })
    await writeNamedFiles(folder)
    const [example = ''] = blocks('docs/configuration.md', 'yaml')
    // On loopback, with the DNS and the host of the test; all else as it is printed.
    const server = `${dns.address}:${dns.port}`
    const moving = example
      .replaceAll(/0\.0\.0\.0:(\d+)/g, (_, port) => `${address}:${moved(Number(port))}`)
      .replace('mbx2.corp.contoso.com]', `mbx2.corp.contoso.com]\n    Port: ${host.port}`)
    const config = blocks(path, 'yaml')
      .slice(0, parts)
      .reduce(
        withPart,
        withPart(
          moving,
          `TransportService: { InternalDNSServers: '${server}', ExternalDNSServers: '${server}' }`,
        ),
      )
    relay = await RelayProcess.start({
      ...{ config, folder: join(folder, 'config'), services: ['Transport'] },
    })
  })
  afterAll(async () => {
    await relay.stop()
    await dns.close()
    await host.close()
  })

  const names = blocks(path, 'eml').map((_, index) => ['pickup', 'replay'][index] ?? '')
  test.each(names)('the file that it shows for %s is sent', async (name) => {
    const file = blocks(path, 'eml')[names.indexOf(name)] ?? ''
    const written = join(relay.folder, `${name}.eml`)
    await writeFile(written, file.replaceAll(/^ {2}/gm, ''))
    await rename(written, join(relay.dataFolder, name, 'shown.eml'))
    const tracked = `Get-MessageTrackingLog -EventId RECEIVE | where Source -eq ${name} | % Recipients`
    await expect
      .poll(() => shell(relay, tracked), { timeout: 30_000 })
      .toMatchObject({
        ...{ stdout: 'joe@fabrikam.com\n' },
      })
  })

  test.each(promptLines(path))('%s', async (line) => {
    const moving = line.replace(
      /0\.0\.0\.0:(\d+)/,
      (_, port) => `${address}:${moved(Number(port))}`,
    )
    const { code, stdout, stderr } = await shell(relay, moving)
    expect([code, stderr]).toEqual([0, ''])
    if (line.startsWith('Test-MailFlow')) expect(stdout).toMatch(/Success/)
  })
})

async function shell(relay: RelayProcess, line: string) {
  const where = ['--config', join(relay.folder, 'server.yaml'), '--data', relay.dataFolder]
  return await runEdge(['shell', ...where, '-Command', line])
}

test("the first message and the lines that look for it run on the relay's own configuration", async () => {
  await using relay = await RelayProcess.start({ config: shippedConfig({ address }) })
  const lines = [...shellLines('README.md'), ...shellLines('docs/getting-started.md')]
  const [swaks] = lines.filter((line) => line.startsWith('swaks '))
  const [, from = '', to = ''] = /--from (\S+) --to (\S+) --helo /.exec(swaks ?? '') ?? []
  await using peer = await SmtpPeer.greeted({ host: address, port: moved(25) })
  const replies = await submit(peer, { from, to: [to], content: plainMessage('first') })
  expect(replies.at(-1)).toMatch(/^250 2\.6\.0 /)
  await peer.command('QUIT')

  const looks = lines.filter((line) => line.startsWith('npx edge '))
  expect(looks.length).toBeGreaterThan(3)
  const env = { EDGE_CONFIG: join(relay.folder, 'server.yaml'), EDGE_DATA: relay.dataFolder }
  for (const line of looks) {
    const shown = () => runEdge(line.split(' ').slice(2), { env })
    // The logs are written a moment after the reply.
    await expect.poll(shown, { timeout: 10_000 }).toMatchObject({
      ...{ code: 0, stderr: '', stdout: expect.stringContaining(from) as string },
    })
  }
})
