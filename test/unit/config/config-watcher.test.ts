import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { LiveValue } from '../../../src/base/live.ts'
import type { ConfigResult } from '../../../src/config/config-result.ts'
import { ConfigWatcher } from '../../../src/config/config-watcher.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import type { ServerConfig } from '../../../src/config/server-config.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const hostName = 'edge01.example.com'

/** Log lines that a test can wait for. */
class LineLog {
  readonly lines: string[] = []
  #waiting: (() => void) | undefined

  info = (line: string) => this.#add(`info ${line}`)
  warn = (line: string) => this.#add(`warn ${line}`)
  error = (line: string) => this.#add(`error ${line}`)

  async line(part: string): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => line.includes(part))
      if (found !== undefined) return found
      await new Promise<void>((resolve) => (this.#waiting = resolve))
    }
  }

  #add(line: string): void {
    this.lines.push(line)
    this.#waiting?.()
  }
}

function configuration(domain: string, more = ''): string {
  return `
Server: { Name: EDGE01, Role: Edge }
AcceptedDomains: [{ DomainName: ${domain} }]
SendConnectors: [{ Name: To Internet, AddressSpaces: ['*'] }]
${more}`
}

async function watched(
  load = (path: string): Promise<ConfigResult> => loadConfig(path, { hostName }),
) {
  const file = join(await tempFolder(), 'server.yaml')
  await writeFile(file, configuration('one.example'))
  const loaded = await loadConfig(file, { hostName })
  if ('problems' in loaded) throw new Error(loaded.problems[0]?.message)
  const live = new LiveValue<ServerConfig>(loaded.config)
  const log = new LineLog()
  const watcher = new ConfigWatcher({
    file,
    live,
    log,
    load,
    clock: systemClock,
    quietTime: 10,
  })
  onTestFinished(() => watcher[Symbol.asyncDispose]())
  await watcher.ready()
  return { file, live, log, watcher, domain: () => live.current.AcceptedDomains[0]?.DomainName }
}

test('a file written in place takes effect', async () => {
  const { file, log, domain } = await watched()
  await writeFile(file, configuration('two.example'))
  await log.line('is in effect')
  expect(domain()).toBe('two.example')
})

test('a file replaced by an editor takes effect', async () => {
  const { file, log, domain } = await watched()
  await writeFile(`${file}~`, configuration('two.example'))
  await rename(`${file}~`, file)
  await log.line('is in effect')
  expect(domain()).toBe('two.example')
})

test('a bad file changes nothing, and each of its problems is told', async () => {
  const { file, log, domain } = await watched()
  await writeFile(
    file,
    configuration('two.example', 'Users: [{ UserName: a }, { Name: b, Password: c }]'),
  )
  await log.line('goes on with the configuration it has')
  expect(domain()).toBe('one.example')
  expect(log.lines.filter((line) => line.startsWith('error'))).toEqual([
    expect.stringContaining('Users[0] "a": needs one of'),
    expect.stringContaining('Users[1]: unknown key Name; did you mean UserName?'),
    expect.stringContaining('is not taken over'),
  ])
})

test('a reload tells when nothing has changed', async () => {
  const { live, log, watcher } = await watched()
  const before = live.current
  await watcher.reload()
  expect(live.current).toBe(before)
  expect(log.lines).toEqual([expect.stringContaining('nothing has changed')])
})

test('a reload takes over a change that no event told of', async () => {
  const { file, live, watcher, domain } = await watched()
  const changes: unknown[] = []
  live.subscribe((config) => changes.push(config))
  await writeFile(file, configuration('two.example'))
  await watcher.reload()
  expect(domain()).toBe('two.example')
  expect(changes).toHaveLength(1)
})

test('a change of Role or Name waits for a restart; the rest takes effect', async () => {
  const { file, live, log, watcher, domain } = await watched()
  await writeFile(
    file,
    configuration('two.example').replace('Name: EDGE01, Role: Edge', 'Name: MBX01, Role: Mailbox'),
  )
  await watcher.reload()
  expect(live.current.Server).toMatchObject({ Name: 'EDGE01', Role: 'Edge' })
  expect(domain()).toBe('two.example')
  expect(log.lines.filter((line) => line.startsWith('warn'))).toEqual([
    expect.stringContaining('Server.Name takes effect when the server is restarted'),
    expect.stringContaining('Server.Role takes effect when the server is restarted'),
  ])
})

test('a change of Workers waits for a restart', async () => {
  const { file, live, log, watcher, domain } = await watched()
  await writeFile(file, `${configuration('two.example')}\nTransportService: { Workers: 2 }\n`)
  await watcher.reload()
  expect(live.current.TransportService.Workers).toBe(1)
  expect(domain()).toBe('two.example')
  expect(log.lines.filter((line) => line.startsWith('warn'))).toEqual([
    expect.stringContaining('TransportService.Workers takes effect when the server is restarted'),
  ])
})

test('a file that is gone for a while is told and changes nothing', async () => {
  const { file, log, watcher, domain } = await watched()
  await rename(file, `${file}.away`)
  await watcher.reload()
  expect(domain()).toBe('one.example')
  expect(log.lines.join('\n')).toContain('there is no such file')
})

test('a load that could not be had is told, and the next one is as any other', async () => {
  let broken = true
  const { file, log, watcher, domain } = await watched((path) =>
    broken ? Promise.reject(new Error('no memory')) : loadConfig(path, { hostName }),
  )
  expect((await watcher.reload()).problems).toEqual([`${file}: cannot be read: no memory`])
  await log.line('goes on with the configuration it has')
  broken = false
  await writeFile(file, configuration('two.example'))
  await watcher.reload()
  expect(domain()).toBe('two.example')
})
