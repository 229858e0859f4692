import { execFileSync } from 'node:child_process'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Clock, systemClock } from '../../../src/base/clock.ts'
import { LiveValue } from '../../../src/base/live.ts'
import { minute, second } from '../../../src/base/time-span.ts'
import type { ConfigResult } from '../../../src/config/config-result.ts'
import { ConfigWatcher } from '../../../src/config/config-watcher.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import type { ServerConfig } from '../../../src/config/server-config.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'

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

interface WatchOptions {
  readonly load?: (path: string) => Promise<ConfigResult>
  readonly clock?: Clock
  readonly text?: string
}

async function watched({
  load = (path) => loadConfig(path, { hostName }),
  clock = systemClock,
  text = configuration('one.example'),
}: WatchOptions = {}) {
  const file = join(await tempFolder(), 'server.yaml')
  await writeFile(file, text)
  const loaded = await loadConfig(file, { hostName })
  if ('problems' in loaded) throw new Error(loaded.problems[0]?.message)
  const live = new LiveValue<ServerConfig>(loaded.config)
  const log = new LineLog()
  const watcher = new ConfigWatcher({
    file,
    live,
    log,
    load,
    clock,
    atStart: { text, sections: loaded.sections },
    quietTime: 10,
    settleTime: clock === systemClock ? 10 : minute,
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

test('a file that is gone is told once and changes nothing', async () => {
  const { file, log, domain, watcher } = await watched()
  await rename(file, `${file}.away`)
  await log.line('is not taken over')
  await writeFile(`${file}.other`, 'beside it')
  expect((await watcher.reload()).problems).toEqual([
    `${file}: the file is gone; the server cannot start again without it`,
  ])
  await rename(`${file}.away`, file)
  await log.line('nothing has changed')
  expect(domain()).toBe('one.example')
  const told = log.lines.filter((line) => line.includes('the file is gone'))
  expect(told).toHaveLength(2)
})

test('a load that could not be had is told, and the next one is as any other', async () => {
  let broken = true
  const { file, log, watcher, domain } = await watched({
    load: (path) =>
      broken ? Promise.reject(new Error('no memory')) : loadConfig(path, { hostName }),
  })
  expect((await watcher.reload()).problems).toEqual([`${file}: cannot be read: no memory`])
  await log.line('goes on with the configuration it has')
  broken = false
  await writeFile(file, configuration('two.example'))
  await watcher.reload()
  expect(domain()).toBe('two.example')
})

describe('a file that is no whole one', () => {
  const whole = `
Server: { Name: EDGE01, Role: Edge }
AcceptedDomains:
  - DomainName: one.example
SendConnectors:
  - Name: To Internet
    AddressSpaces: ['*']
Users:
  - { UserName: relay, Password: secret }
`

  const upTo = (part: string) => whole.slice(0, whole.indexOf(part) + part.length)

  test.each([
    ['empty', '', 'the file is empty'],
    ['blank', ' \n\n', 'the file is empty'],
    ['of comments alone', '# server.yaml\n', 'only comments or empty sections'],
    ['cut off behind the name of its first section', 'Server:\n', 'only comments or empty'],
    ['without Server', whole.replace(/Server: .*/, ''), 'Server is gone'],
    ['with an empty Server', whole.replace(/Server: .*/, 'Server:'), 'Server is gone'],
    ['cut off at the end of a section', upTo("['*']\n"), 'the file ends before Users'],
    ['cut off behind the name of a section', upTo('Users:'), 'the file ends before Users'],
    [
      'cut off within a section that others follow',
      upTo('one.example\n'),
      'the file ends before SendConnectors, Users and is the same up to there: it seems to be cut off; put the rest back, or write "SendConnectors: []", "Users: []" where it is meant so',
    ],
    ['cut off in mid-line', upTo('DomainName: one.ex'), 'the file ends before SendConnectors'],
    ['cut off in mid-line of its end', whole.trimEnd().slice(0, -1), 'not valid YAML'],
    ['cut off in its first line', whole.slice(0, 12), 'not valid YAML'],
  ])('%s changes nothing and is told', async (_, text, problem) => {
    const { file, live, log, watcher } = await watched({ text: whole })
    const before = live.current
    await writeFile(file, text)
    await log.line('is not taken over')
    expect(log.lines.join('\n')).toContain(problem)
    expect((await watcher.reload()).problems.join('\n')).toContain(problem)
    expect(live.current).toBe(before)
  })

  test('cut off in mid-line of its end, where that reads well, is told', async () => {
    const text = `${configuration('one.example')}TransportService:\n  Workers: 12\n`
    const { file, log } = await watched({ text })
    await writeFile(file, text.slice(0, -2))
    await log.line('ends in mid-line and is the same up to there')
  })

  test('is not judged while its writer may be on the way', async () => {
    const clock = new FakeClock()
    const { file, log, watcher, domain } = await watched({ clock })
    const seen = (condition: () => boolean) =>
      until(() => {
        clock.advance(10)
        return condition()
      })
    await writeFile(file, '')
    await until(() => clock.timers > 0)
    clock.advance(10)
    await until(() => clock.timers > 0)
    clock.advance(second)
    await writeFile(file, configuration('two.example'))
    await seen(() => domain() === 'two.example')
    clock.advance(2 * minute)
    await watcher.ready()
    expect(log.lines).toEqual([expect.stringContaining('is in effect')])
  })

  test('may have lost a section on purpose, where it is no beginning of the one before', async () => {
    const { file, live, log } = await watched({ text: whole })
    await writeFile(file, whole.replace('one.example', 'two.example').replace(/Users:[^]*/, ''))
    await log.line('is in effect')
    expect(live.current.Users).toEqual([])
    expect(log.lines).toContain(`warn ${file} has no Users any more; defaults are in their place`)
  })

  test('may have lost the last entries of its last section', async () => {
    const text = `${configuration('one.example')}Users:\n  - { UserName: a, Password: a }\n`
    const more = `${text}  - { UserName: b, Password: b }\n`
    const { file, live, log } = await watched({ text: more })
    await writeFile(file, text)
    await log.line('is in effect')
    expect(live.current.Users).toHaveLength(1)
    expect(log.lines).toContain(
      `warn ${file} is what it was without its last line, whose settings are in effect no more; put them back if the file was cut off`,
    )
  })

  test('cut off anywhere, it is refused, or what it lost is told, or nothing changes', async () => {
    const longer = `${whole}  - UserName: b\n    Password: b\n    EmailAddresses:\n      - b@example.com\n`
    const shipped = await readFile(new URL('../../../config/server.yaml', import.meta.url), 'utf8')
    for (const [text, step] of [
      [whole, 1],
      [longer.trimEnd(), 1],
      [longer, 1],
      [shipped, 97],
    ] as const) {
      const { file, live, log, watcher } = await watched({ text })
      const before = live.current
      for (let length = 0; length < text.length; length += step) {
        await writeFile(file, text.slice(0, length))
        const { problems } = await watcher.reload()
        const isTold = problems.length > 0 || log.lines.some((line) => line.includes('without its'))
        expect(isTold || isDeepStrictEqual(live.current, before), text.slice(0, length)).toBe(true)
        if (problems.length === 0) {
          await writeFile(file, text)
          await watcher.reload()
        }
        log.lines.length = 0
      }
    }
  })

  test('cut off while it was changed, it is refused if a section is gone with its last line end', async () => {
    const { file, live, log } = await watched({ text: whole })
    const before = live.current
    const changed = whole.replace('one.example', 'two.example').replace(/\nUsers:[^]*/, '')
    await writeFile(file, changed)
    await log.line('has no Users any more and ends in mid-line')
    expect(live.current).toBe(before)
  })

  test('a pipe in its place holds nothing up', async () => {
    const { file, log, watcher, domain } = await watched({ text: whole })
    await rm(file)
    execFileSync('mkfifo', [file])
    await log.line('is no file')
    await rm(file)
    await writeFile(file, configuration('two.example'))
    await watcher.reload()
    expect(domain()).toBe('two.example')
  })
})

test('the default connectors of another role or name wait with it', async () => {
  const text = 'Server: { Name: EDGE01, Role: Edge }\nSendConnectors: []\n'
  const { file, live, log } = await watched({ text })
  const before = live.current.ReceiveConnectors
  await writeFile(file, text.replace('Edge }', 'Mailbox }'))
  await log.line('Server.Role takes effect')
  expect(live.current.ReceiveConnectors).toEqual(before)
  await writeFile(file, text.replace('EDGE01', 'EDGE02'))
  await log.line('Server.Name takes effect')
  expect(live.current.ReceiveConnectors).toEqual(before)
})
