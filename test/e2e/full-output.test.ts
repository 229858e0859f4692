import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { edgeConfig } from '../support/relay-config.ts'
import { runEdge } from '../support/relay-process.ts'

const main = new URL('../../bin/edge.js', import.meta.url).pathname

test('a server whose output goes to a full disk answers commands and ends when told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'edge-full-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const config = join(folder, 'server.yaml')
  await writeFile(config, edgeConfig({ address: '127.0.6.71', sendConnectors: '  []' }))
  await using full = await open('/dev/full', 'w')
  const where = ['--config', config, '--data', join(folder, 'data')]
  const relay = spawn(process.execPath, [main, 'start', ...where], {
    stdio: ['ignore', full.fd, full.fd],
  })
  const ended = once(relay, 'close')
  await expect
    .poll(async () => (await runEdge(['healthcheck', ...where])).code, { timeout: 30_000 })
    .toBe(0)
  relay.kill('SIGTERM')
  expect((await ended)[1]).toBeNull()
})

test('a command whose output cannot be written says so', async () => {
  await using full = await open('/dev/full', 'w')
  const command = spawn(process.execPath, [main, 'help'], { stdio: ['ignore', full.fd, 'pipe'] })
  let told = ''
  command.stderr?.setEncoding('utf8').on('data', (text: string) => (told += text))
  expect(await once(command, 'close')).toEqual([1, null])
  expect(told).toContain('the output cannot be written: ENOSPC')
})
