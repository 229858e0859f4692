import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { makeReleasedBacklog, releasedConnectors } from '../support/released-backlog.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { trustingEdge } from '../support/trusting-edge.ts'

const messages = 1000
const nextHop = { address: '127.0.168.2', port: 10_025 }
const main = new URL('../../bin/edge.js', import.meta.url).pathname

const config = trustingEdge({
  ...{ address: '127.0.168.1', port: 10_025 },
  sendConnectors: [
    smartHostConnector(releasedConnectors.free, 'free.test', nextHop),
    smartHostConnector(releasedConnectors.held, 'held.test', nextHop),
  ],
  // What attempts came to while it was killed outlives each start: the last one is to wait no longer for it.
  transportService: {
    QueueGlitchRetryInterval: '00:00:01',
    TransientFailureRetryInterval: '00:00:01',
    OutboundConnectionFailureRetryInterval: '00:00:01',
  },
})

/** Header and body of a message of the backlog: one in thirty has a megabyte. */
function contentOf(id: number): Buffer {
  const header = `Received: from a.test by edge01.relay.example; now\r\nFrom: alice@sender.test\r\nSubject: Message ${id}\r\n\r\n`
  const line = `line of message ${id}, with \xe9 in it, and .\r\n`
  const size = id % 30 === 7 ? 1_000_000 : id % 30 === 8 ? 100_000 : 500 + 7 * (id % 100)
  return Buffer.from(header + line.repeat(Math.ceil(size / line.length)), 'latin1')
}

/** Starts the relay on the folder, and kills all of its processes at once after so many milliseconds. */
async function startAndKill(folder: string, after: number): Promise<string> {
  const args = ['start', '--config', join(folder, 'server.yaml'), '--data', join(folder, 'data')]
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += String(chunk)))
  await delay(after)
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  await once(child, 'close')
  return said
}

test('a backlog of the released version is delivered octet for octet by a relay that was killed many times while opening it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'edge-relay-'))
  await mkdir(join(folder, 'data', 'queue'), { recursive: true })
  await writeFile(join(folder, 'server.yaml'), config)
  await makeReleasedBacklog(join(folder, 'data', 'queue', 'mail.que'), {
    messages,
    isQueueHeld: (id) => id % 25 === 3,
    isHeld: (id) => id % 20 === 9,
    receivedAt: Date.now() - 3_600_000,
    nextHop: `[${nextHop.address}]`,
    contentOf,
  })
  // A start takes a second or two; on a busy machine more.
  const said: string[] = []
  for (let after = 400; after <= 4000; after += 300) said.push(await startAndKill(folder, after))
  expect(said.join('')).not.toMatch(/damaged|put aside|lost/i)

  await using relay = await RelayProcess.start({ config, folder, services: ['Transport'] })
  await using server = await startLabMailServer({
    ...{ hostname: 'mail.free.test', ...nextHop, keepMessages: 2 * messages },
  })
  const held = Array.from({ length: messages }, (_, at) => at + 1).filter(
    (id) => id % 25 === 3 || id % 20 === 9,
  )
  await server.received(messages - held.length, AbortSignal.timeout(150_000))
  expect(server.messageCount).toBe(messages - held.length)
  const shell = (line: string) => runEdge(['shell', '--data', relay.dataFolder, '-c', line])
  await shell('Get-Queue -Filter {Status -eq "Suspended"} | Resume-Queue')
  await shell('Resume-Message -Filter {Status -eq "Suspended"}')
  await server.received(messages, AbortSignal.timeout(150_000))
  const delivered = new Map(
    server.messages.map(({ recipients, content }) => [recipients[0]?.address ?? '', content]),
  )
  expect(delivered.size).toBe(messages)
  for (let id = 1; id <= messages; id++) {
    const address = `user${id}@${id % 25 === 3 ? 'held.test' : 'free.test'}`
    expect(delivered.get(address)?.equals(contentOf(id)), address).toBe(true)
  }
  expect(relay.output).not.toMatch(/damaged/)
}, 480_000)
