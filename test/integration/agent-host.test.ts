import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import type { Agent } from '../../src/agents/agent.ts'
import type { Occasion } from '../../src/agents/occasion.ts'
import { AgentHost } from '../../src/agents/host/agent-host.ts'
import type { TransportAgentSettings } from '../../src/agents/host/transport-agent.ts'
import { tryModule } from '../../src/agents/host/try-module.ts'
import { systemClock } from '../../src/base/clock.ts'
import { LiveValue } from '../../src/base/live.ts'
import { endOfData } from '../support/agent-occasions.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

const megabyte = 1024 ** 2

async function moduleOf(source: string): Promise<string> {
  const path = join(await tempFolder(), 'agent.ts')
  await writeFile(path, source)
  return path
}

async function settingsOf(
  source: string,
  given: Partial<TransportAgentSettings> = {},
): Promise<TransportAgentSettings> {
  return {
    Name: 'Tester',
    Module: await moduleOf(source),
    TransportAgentFactory: 'default',
    Enabled: true,
    Priority: 11,
    TimeLimit: 30_000,
    MaxMemory: 64 * megabyte,
    MaxBodySize: megabyte,
    Settings: {},
    ...given,
  }
}

async function hosted(source: string, given: Partial<TransportAgentSettings> = {}) {
  const settings = new LiveValue([await settingsOf(source, given)])
  const told: string[] = []
  const tell = (_: object, message: string) => told.push(message)
  const log = { debug: tell, info: tell, warn: tell, error: tell }
  const host = await AgentHost.open({ settings, clock: systemClock, log })
  onTestFinished(() => host[Symbol.dispose]())
  return { host, settings, told }
}

async function ask(agent: Agent | undefined, occasion: Occasion = endOfData(), body = 'body\r\n') {
  if (agent === undefined) throw new Error('there is no agent')
  return await agent.handle(occasion, {
    signal: new AbortController().signal,
    readBody: (index) => (index === 0 ? Buffer.from(body) : undefined),
  })
}

const good = `
import type { TransportAgent } from 'edge-relay/agents'
export const agent: TransportAgent = {
  async onEndOfData({ message, agent }) {
    const { text } = await message.parsed()
    message.subject = agent.settings.Mark + ' ' + text.trim()
  },
}`

/** What a Subject at the end of a handler says of the message that the handler got. */
const fatalOn = (subject: string, what: string) => `
export const agent = {
  async onEndOfData({ message, reject }) {
    if (message.subject === '${subject}') { ${what} }
    reject('550 5.7.1 seen')
  },
}`

const withSubject = (subject: string): Occasion =>
  endOfData({ header: Buffer.from(`Subject: ${subject}\r\n`) })

const seen = [{ kind: 'reject', reply: { code: 550, enhanced: '5.7.1', lines: ['seen'] } }]

test('an agent in TypeScript reads the message and says what is to be done', async () => {
  const { host } = await hosted(good, { Settings: { Mark: '[Text]' } })
  const [agent] = host.roster.current.agents
  expect([...(agent?.events ?? [])]).toEqual(['OnEndOfData'])
  expect(await ask(agent)).toEqual([{ kind: 'set-field', name: 'Subject', value: '[Text] body' }])
})

test.each([
  ['throws', "throw new Error('boom')", /threw an error: boom/],
  ['never returns', 'for (;;) {}', /no answer within 3 s and held up its process/],
  ['never answers', 'await new Promise(() => {})', /no answer within 3 s$/],
  ['fills the heap', 'const all = []; for (;;) all.push({})', /more memory than its MaxMemory/],
  [
    'fills memory outside of it',
    'const all = []; for (;;) all.push(Buffer.alloc(1e6, 1))',
    /more memory than its MaxMemory/,
  ],
  ['fills a map', 'const all = new Map(); for (;;) all.set({}, 1)', /more memory than/],
  ['makes a large list', 'for (;;) new Array(3e7).fill(1.5)', /more memory than|threw an error/],
  ['ends its process', 'process.exit(3)', /ended its process \(exit code 3\)/],
  ['kills its process', "process.kill(process.pid, 'SIGSEGV')", /ended its process \(SIGSEGV\)/],
  [
    'throws where nobody waits',
    "setTimeout(() => { throw new Error('late') }); await new Promise(() => {})",
    /error that nobody caught: late/,
  ],
])('an agent that %s costs its own call alone', async (name, what, reason) => {
  const TimeLimit = name.startsWith('never') ? 3000 : 30_000
  const { host } = await hosted(fatalOn('fatal', what), { TimeLimit })
  const [agent] = host.roster.current.agents
  const others = [ask(agent, withSubject('one')), ask(agent, withSubject('two'))]
  const fatal = ask(agent, withSubject('fatal'))
  others.push(ask(agent, withSubject('three')))
  await expect(fatal).rejects.toThrow(reason)
  expect(await Promise.all(others)).toEqual([seen, seen, seen])
  expect(await ask(agent, withSubject('four'))).toEqual(seen)
})

test('what it writes on its output is told, within bounds', async () => {
  const { host, told } = await hosted(
    `export const agent = { onEndOfData() { for (let at = 0; at < 100; at++) console.log('line', at) } }`,
  )
  await ask(host.roster.current.agents[0])
  await until(() => told.length >= 20)
  expect(told).toHaveLength(20)
  expect(told[0]).toBe('line 0')
})

test('a line on its output that never ends takes no memory of the service', async () => {
  const { host, told } = await hosted(
    `import { once } from 'node:events'
    export const agent = {
      async onEndOfData(event) {
        const piece = 'x'.repeat(1e6)
        for (let n = 0; n < 600; n++) if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
        process.stdout.write('\\nlast\\n')
        event.reject('550 5.7.1 seen')
      },
    }`,
    { TimeLimit: 20_000 },
  )
  const [agent] = host.roster.current.agents
  expect(await ask(agent)).toEqual(seen)
  await until(() => told.includes('last'))
  expect(told.map(({ length }) => length)).toEqual([1000, 4])
}, 30_000)

test('it sees nothing of the settings of the environment', async () => {
  process.env['EDGE_TEST_SECRET'] = 'secret'
  onTestFinished(() => {
    delete process.env['EDGE_TEST_SECRET']
  })
  const { host } = await hosted(
    `export const agent = { onEndOfData(event) { event.quarantine(String(process.env.EDGE_TEST_SECRET)) } }`,
  )
  expect(await ask(host.roster.current.agents[0])).toEqual([
    { kind: 'quarantine', reason: 'undefined' },
  ])
})

test('a change is in force when its agents are loaded; what has not changed goes on', async () => {
  const { host, settings } = await hosted(good)
  const [first] = settings.current
  const other = await settingsOf(fatalOn('x', ''), { Name: 'Other' })
  if (first === undefined) throw new Error('there is none')
  const before = host.roster.current.agents[0]
  settings.set([first, other])
  await host.inForce()
  expect(host.roster.current.agents.map(({ name }) => name)).toEqual(['Tester', 'Other'])
  expect(host.roster.current.agents[0]).toBe(before)
  settings.set([{ ...first, Enabled: false }, other])
  await host.inForce()
  expect(host.status()).toMatchObject([{ name: 'Other', state: 'Running', starts: 1 }])
  // A session that began before still has it.
  expect(await ask(before)).toHaveLength(1)
})

test('a service that asks at other events alone has no process of the agent', async () => {
  const settings = new LiveValue([await settingsOf(good)])
  const quiet = () => undefined
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const host = await AgentHost.open({ settings, asks: ['OnConnectEvent'], clock: systemClock, log })
  onTestFinished(() => host[Symbol.dispose]())
  expect(host.status()).toMatchObject([{ state: 'Stopped', events: ['OnEndOfData'] }])
})

test('a module is tried before it is used', async () => {
  expect(await tryModule(await settingsOf(good), systemClock)).toBeUndefined()
  expect(await tryModule(await settingsOf('export const x = 1'), systemClock)).toContain(
    'no export called agent or default',
  )
  expect(await tryModule(await settingsOf('process.exit(2)'), systemClock)).toContain('exit code 2')
  expect(await tryModule(await settingsOf('const x: = 1'), systemClock)).toContain('could not be')
})

test.runIf(process.platform === 'linux')(
  'an agent ends with its service, whatever it does',
  async () => {
    const module = await moduleOf('export const agent = { onEndOfData() { for (;;) {} } }')
    const program = join(await tempFolder(), 'service.mjs')
    const host = new URL('../../src/agents/host/agent-host.ts', import.meta.url).href
    const base = new URL('../../src/base/', import.meta.url).href
    await writeFile(
      program,
      `import { AgentHost } from ${JSON.stringify(host)}
import { LiveValue } from ${JSON.stringify(`${base}live.ts`)}
import { systemClock } from ${JSON.stringify(`${base}clock.ts`)}
const quiet = () => undefined
const settings = new LiveValue([{ Name: 'Loop', Module: ${JSON.stringify(module)}, TransportAgentFactory: 'default',
  Enabled: true, Priority: 1, TimeLimit: 60000, MaxMemory: 64e6, MaxBodySize: 1000, Settings: {} }])
const host = await AgentHost.open({ settings, clock: systemClock, log: { debug: quiet, info: quiet, warn: quiet, error: quiet } })
void host.roster.current.agents[0].handle({ event: 'OnEndOfData', message: { sender: '', recipients: [], properties: {}, header: Buffer.alloc(0) } },
  { signal: new AbortController().signal, readBody: quiet })
const { readFile } = await import('node:fs/promises')
await new Promise((resolve) => setTimeout(resolve, 300))
process.stdout.write(await readFile('/proc/self/task/' + process.pid + '/children', 'utf8'), () => process.kill(process.pid, 'SIGKILL'))
`,
    )
    const service = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [agent = ''] = (await text(service.stdout)).trim().split(' ')
    expect(agent).toMatch(/^\d+$/)
    await until(async () => !(await isRunning(agent)))
  },
)

async function isRunning(pid: string): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat !== undefined && !stat.includes(') Z ')
}

test('what a module writes to the channel of its process does no harm', async () => {
  const nonsense = [
    `null`,
    `'ready'`,
    `{ kind: 'log', text: 5 }`,
    `{ kind: 'loaded', events: 5 }`,
    `{ kind: 'threw', id: {}, reason: {} }`,
    `{ kind: 'read', id: 1, request: 1, index: -1 }`,
  ]
  const { host } = await hosted(`export const agent = {
    onEndOfData(event) {
      for (const message of [${nonsense.join()}]) process.send(message)
      event.reject('550 5.7.1 No')
    },
  }`)
  const [agent] = host.roster.current.agents
  expect(await ask(agent)).toMatchObject([{ kind: 'reject' }])
  expect(host.status()).toMatchObject([{ starts: 1, failures: 0 }])
})
