import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { sendNumbered } from '../support/numbered-sender.ts'
import { NumberedSink } from '../support/numbered-sink.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { until } from '../support/until.ts'
import { type WorkersConfig, workerOf, workersConfig } from '../support/workers-config.ts'

const address = '127.0.116.1'
const port = 10_025
const sinkAddress = '127.0.116.2'
const nobody = { address: '127.0.116.3', port: 10_025 }

type Changes = Pick<WorkersConfig, 'connector' | 'transportService'>

function config(smartHost: WorkersConfig['smartHost'], changes: Changes = {}): string {
  const transportService = { Workers: 2, ...changes.transportService }
  return workersConfig({ ...{ address, port, smartHost }, ...changes, transportService })
}

async function start(smartHost: WorkersConfig['smartHost'], changes?: Changes) {
  const relay = await RelayProcess.start({
    config: config(smartHost, changes),
    services: ['Transport'],
  })
  await relay.workersListen('Transport', [1, 2])
  return relay
}

/** Sends messages, each over a connection of its own, until every worker has taken `each`; how many in all. */
async function feed(workers: readonly number[], each: number, to: string): Promise<number> {
  const taken = new Map(workers.map((worker) => [worker, 0]))
  for (let sent = 1; ; sent++) {
    await using peer = await SmtpPeer.greeted({ host: address, port })
    const content = plainMessage(`number ${sent}`)
    const replies = await submit(peer, { from: 'ana@home.example', to: [to], content })
    const worker = workerOf(replies.at(-1) ?? '')
    taken.set(worker, (taken.get(worker) ?? 0) + 1)
    if ([...taken.values()].every((count) => count >= each)) return sent
  }
}

const shown = (relay: RelayProcess, ...args: readonly string[]) =>
  runEdge([...args, '--data', relay.dataFolder])

test('connections to one port reach all workers; one view shows their mail', async () => {
  await using relay = await start(nobody)
  const sent = await feed([1, 2], 2, 'bob@peer.example')
  await until(async () => (await shown(relay, 'Get-Queue')).stdout.includes('Retry'))

  const queues = (await shown(relay, 'Get-Queue')).stdout.split('\n')
  const rows = queues.filter((line) => line.includes('SmartHostConnectorD...'))
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatch(new RegExp(`^EDGE01\\\\1 .*Retry +${sent} `))
  expect(queues.filter((line) => line.includes('Submission'))).toHaveLength(1)

  const { stdout } = await shown(relay, 'Get-Message')
  const identities = [...stdout.matchAll(/^EDGE01\\1\\(\d+) /gm)].map(([, id]) => Number(id))
  expect(new Set(identities).size).toBe(sent)
  expect(new Set(identities.map(workerOf))).toEqual(new Set([1, 2]))
  const ofSecond = await shown(relay, 'Get-Message', '-Queue', 'EDGE01\\1000000001')
  expect(ofSecond.stdout).toBe((await shown(relay, 'Get-Message', '-Queue', 'EDGE01\\1')).stdout)

  await until(async () => (await protocolLogSessions(relay)).ids === sent)
  expect((await protocolLogSessions(relay)).files).toBeGreaterThanOrEqual(2)
  expect(relay.output.match(/^ {2}Port +Address/gm)).toHaveLength(1)
})

/** Files of the SmtpReceive log, and the sessions in them. */
async function protocolLogSessions(relay: RelayProcess) {
  const folder = join(relay.dataFolder, 'logs', 'Edge', 'ProtocolLog', 'SmtpReceive')
  const files = await readdir(folder)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  const connects = texts.join('').match(/^[^#,]+,[^,]+,[0-9A-F]{16},0,.*$/gm) ?? []
  return { files: files.length, ids: new Set(connects.map((line) => line.split(',')[2])).size }
}

test('a worker that is down is told, and its health; it comes back with its mail', async () => {
  await using relay = await start(nobody)
  const sent = await feed([1, 2], 1, 'bob@peer.example')
  expect((await runEdge(['healthcheck', ...places(relay)])).code).toBe(0)
  const seen = relay.lineCount
  process.kill(relay.workerPid('Transport', 2), 'SIGKILL')
  await relay.logged((line) => line.msg.endsWith('started again') && line.worker === 2, seen)
  const [queues, health] = await Promise.all([
    shown(relay, 'Get-Queue'),
    runEdge(['healthcheck', ...places(relay)]),
  ])
  // It may be back before the commands have started: then nothing is missing.
  if (queues.code !== 0) {
    expect(queues.stderr).toContain('not all is shown: worker 2 of the Transport service')
    expect(queues.stdout).toContain('EDGE01\\Submission')
  }
  if (health.code !== 0) expect(health.stderr).toMatch(/^Transport-2: /)
  await relay.workersListen('Transport', [2], seen)
  const all = await shown(relay, 'Get-Message')
  expect(all.stdout.match(/^EDGE01\\\d+\\\d+ /gm)).toHaveLength(sent)
})

function places(relay: RelayProcess): string[] {
  return ['--config', join(relay.folder, 'server.yaml'), '--data', relay.dataFolder]
}

test('killing a worker under load loses nothing, and the other goes on', async () => {
  await using sink = await NumberedSink.start(sinkAddress)
  await using relay = await start({ address: sinkAddress, port: sink.port })
  const first = relay.workerPid('Transport', 1)
  let kills = 0
  const result = await sendNumbered({
    ...{ address, port, messages: 600, sessions: 8, size: 2000, recipient: 'bob@peer.example' },
    onProgress(begun) {
      if (begun < (kills + 1) * 150 || kills === 3) return
      kills++
      const pid = relay.workerPid('Transport', 2)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It is just being started again.
      }
    },
  })
  expect(kills).toBe(3)
  const late = AbortSignal.timeout(30_000)
  await until(() => late.aborted || [...result.answered].every((n) => sink.arrivals.has(n)))
  expect([...result.answered].filter((number) => !sink.arrivals.has(number))).toEqual([])
  expect(relay.workerPid('Transport', 1)).toBe(first)
  expect(result.answered.size).toBeGreaterThan(500)
})

test('a queue file beyond Workers is drained and deleted, NDRs included; its worker then ends', async () => {
  const relay = await start(nobody)
  onTestFinished(() => relay[Symbol.asyncDispose]())
  // What this recipient gets comes back as an NDR, by the same queue file.
  const sent = await feed([1, 2], 2, 'permfail@peer.example')
  expect(await relay.stop()).toBe(0)
  const second = join(relay.dataFolder, 'queue', 'mail-2.que')
  expect(existsSync(second)).toBe(true)

  const lowered = { Workers: 1, QueueGlitchRetryInterval: '00:00:02' }
  const waiting = await RelayProcess.start({
    config: config(nobody, { transportService: lowered }),
    ...{ services: ['Transport'], folder: relay.folder },
  })
  await waiting.logged((line) => line.worker === 2 && line.msg.includes('beyond Workers'))
  const view = await shown(waiting, 'Get-Queue')
  expect(view.stderr).toBe('')
  expect(view.stdout).toMatch(new RegExp(`^EDGE01\\\\1 .* ${sent} `, 'm'))
  expect(await waiting.stop()).toBe(0)
  expect(existsSync(second)).toBe(true)

  await using host = await startLabMailServer({ hostname: 'peer.example', address: sinkAddress })
  await using draining = await RelayProcess.start({
    config: config(host, { transportService: lowered }),
    ...{ services: ['Transport'], folder: relay.folder },
  })
  await draining.logged((line) => line.worker === 2 && line.msg.includes('file is deleted'))
  await until(() => !existsSync(second))
  await host.received(sent, AbortSignal.timeout(10_000))
  expect(host.messages.every(({ sender }) => sender === '')).toBe(true)
  expect(await readdir(join(draining.dataFolder, 'queue'))).not.toContain('mail-2.que-content')
  await until(
    async () => !(await readdir(join(draining.dataFolder, 'run'))).includes('Transport-2.sock'),
  )
  expect((await shown(draining, 'Get-Queue')).code).toBe(0)
  await using peer = await SmtpPeer.greeted({ host: address, port })
  expect(await peer.command('NOOP')).toMatch(/^250/)
  expect(draining.output).not.toContain('started again')
})

test('limits of receiving hold over all workers', async () => {
  const connector = { MaxInboundConnectionPerSource: 6, MessageRateLimit: 5 }
  await using relay = await start(nobody, { connector })
  const peers: SmtpPeer[] = []
  const refused: string[] = []
  for (let n = 0; n < 24; n++) {
    const peer = await SmtpPeer.connect({ host: address, port })
    const greeting = await peer.reply()
    if (greeting.startsWith('220')) peers.push(peer)
    else refused.push(greeting)
    await delay(20)
  }
  expect(peers).toHaveLength(6)
  expect(refused).toHaveLength(18)
  // Within one minute of the clock, for counts begin anew with the next.
  await until(() => new Date().getSeconds() < 50)
  const answers: string[] = []
  for (const peer of peers) {
    await peer.command('EHLO client.example')
    for (let n = 0; n < 2; n++) {
      const content = plainMessage('rate')
      const submission = { from: 'ana@home.example', to: ['bob@peer.example'], content }
      answers.push((await submit(peer, submission)).at(-1) ?? '')
      await delay(20)
    }
  }
  expect(answers.filter((answer) => answer.startsWith('250 2.6.0'))).toHaveLength(5)
  for (const peer of peers) await peer[Symbol.asyncDispose]()
  expect(relay.output).not.toContain('internal fault')
})

test('a limit of one outbound connection holds over two workers, and both get their turn', async () => {
  let open = 0
  let most = 0
  let taken = 0
  const host = createServer((socket) => {
    most = Math.max(most, ++open)
    socket.once('close', () => open--)
    socket.on('error', () => undefined)
    let inContent = false
    socket.write('220 host.example\r\n')
    socket.on('data', (chunk) => {
      for (const line of chunk.toString('latin1').split('\r\n').slice(0, -1)) {
        if (inContent && line !== '.') continue
        if (inContent) taken++
        inContent = !inContent && line === 'DATA'
        if (line === 'QUIT') socket.end('221 bye\r\n')
        else socket.write(inContent ? '354 go\r\n' : '250 ok\r\n')
      }
    })
  }).listen(10_025, sinkAddress)
  await once(host, 'listening')
  onTestFinished(() => void host.close())
  const transportService = { MaxPerDomainOutboundConnections: 1 }
  await using relay = await start({ address: sinkAddress, port: 10_025 }, { transportService })
  const sent = await feed([1, 2], 30, 'bob@peer.example')
  await until(() => taken >= sent)
  expect(most).toBe(1)
  expect(relay.output).not.toContain('internal fault')
})

test('a port that another server has is told once, and the start fails', async () => {
  await using _first = await start(nobody)
  const second = RelayProcess.start({ config: config(nobody), services: ['Transport'] })
  const output: unknown = await second.then(
    () => undefined,
    (error: unknown) => error,
  )
  const text = output instanceof Error ? output.message : ''
  expect(
    text.match(/Cannot listen on 127\.0\.116\.1:10025: another program has this port/g),
  ).toHaveLength(1)
})

test('a change of the configuration is told once and moves all workers', async () => {
  await using relay = await start(nobody)
  const seen = relay.lineCount
  const moved = workersConfig({
    ...{ address, port: port + 1, smartHost: nobody },
    transportService: { Workers: 3 },
  })
  await writeFile(join(relay.folder, 'server.yaml'), moved)
  await relay.logged((line) => line.msg.endsWith('is in effect'), seen)
  // The line is of the settings; the ports follow at once.
  await vi.waitFor(async () => {
    await using _peer = await SmtpPeer.greeted({ host: address, port: port + 1 })
  }, 10_000)
  const workers = new Set<number>()
  const late = AbortSignal.timeout(10_000)
  while (workers.size < 2 && !late.aborted) {
    await using peer = await SmtpPeer.greeted({ host: address, port: port + 1 })
    const content = plainMessage('moved')
    const submission = { from: 'ana@home.example', to: ['bob@peer.example'], content }
    workers.add(workerOf((await submit(peer, submission)).at(-1) ?? ''))
  }
  expect(workers).toEqual(new Set([1, 2]))
  expect(await relay.stop()).toBe(0)
  expect(relay.output.match(/is in effect/g)).toHaveLength(1)
  expect(relay.output.match(/Workers takes effect when the server is restarted/g)).toHaveLength(1)
  expect(relay.output).not.toContain('not in force everywhere')
})
