import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { programForEverybody } from '../support/program-for-everybody.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { moved, shippedConfig } from '../support/shipped-config.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { tempFolder } from '../support/temp-folder.ts'

const address = '127.0.111.31'
const config = shippedConfig({ address })

/** All below the data folder that group or others may do something with; the compiled program is no secret. */
async function reachable(data: string): Promise<string[]> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (path.startsWith(join(data, 'cache'))) continue
    const { mode } = await stat(path)
    if ((mode & 0o077) !== 0) found.push(`${path.slice(data.length)} ${(mode & 0o777).toString(8)}`)
  }
  return found
}

test('mail and secrets are the own account’s alone, whatever was there and whatever the umask', async () => {
  const folder = await tempFolder()
  const data = join(folder, 'data')
  for (const each of ['queue', 'queue/mail.que-content', 'logs', 'certs', 'run']) {
    await mkdir(join(data, each), { recursive: true })
    await chmod(join(data, each), 0o777)
  }
  await writeFile(join(data, 'logs', 'old.log'), '')
  await chmod(join(data, 'logs', 'old.log'), 0o666)
  await using relay = await RelayProcess.start({ config, folder })
  const told = await relay.logged(({ msg }) => msg.includes('other accounts of this machine'))
  expect(told).toMatchObject({ service: 'Supervisor', count: 6 })
  await using peer = await SmtpPeer.greeted({ host: address, port: moved(25) })
  const large = plainMessage('large') + '0123456789\r\n'.repeat(30_000)
  const mail = { from: 'a@example.com', to: ['b@contoso.com'], content: large }
  expect((await submit(peer, mail)).at(-1)).toMatch(/^250 /)
  expect(await readdir(join(data, 'queue'))).toContain('mail.que-wal')
  expect(await readdir(join(data, 'queue', 'mail.que-content'))).toHaveLength(1)
  expect(await reachable(data)).toEqual([])
})

test.runIf(process.getuid?.() === 0)(
  'a data folder of another owner: what cannot be made private is told, and the relay starts',
  async () => {
    const folder = await tempFolder()
    const data = join(folder, 'data')
    await mkdir(join(data, 'queue'), { recursive: true })
    await writeFile(join(folder, 'server.yaml'), config)
    await chmod(folder, 0o755)
    for (const each of [data, join(data, 'queue')]) await chmod(each, 0o777)
    const relay = await startAs(12345, folder)
    onTestFinished(() => ended(relay))
    const output = await heard(relay, /"service":"Transport".*the service listens/)
    expect(output).toMatch(/this one may not change that \(EPERM/)
    const { mode } = await stat(join(data, 'queue', 'mail.que'))
    expect(mode & 0o777).toBe(0o600)
  },
)

/** Starts the relay as a user who may not enter the folder of the project. */
async function startAs(uid: number, folder: string): Promise<ChildProcess> {
  const { node, edge } = await programForEverybody()
  const args = ['start', '--config', join(folder, 'server.yaml'), '--data', join(folder, 'data')]
  return spawn(node, [edge, ...args], {
    uid,
    gid: 0,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function heard(child: ChildProcess, wanted: RegExp): Promise<string> {
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => (output += text.toString()))
  await expect.poll(() => output, { timeout: 30_000 }).toMatch(wanted)
  return output
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  if (child.exitCode === null) await once(child, 'exit')
}
