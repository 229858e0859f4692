import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { tempFolder } from '../support/temp-folder.ts'

const program = new URL('../support/change-config-often.ts', import.meta.url).pathname

const start = `\
# The relay of contoso.com.
Server: { Name: EDGE01, Role: Edge } # at the edge

# Ours.
AcceptedDomains:
  - DomainName: contoso.com # the main one
SendConnectors:
  # To everybody else.
  - Name: To Internet
    AddressSpaces: ['*']
`

/** Changes made by a process, as it told of them. */
class Changer {
  readonly process: ChildProcess
  readonly done: string[] = []
  readonly failed: string[] = []

  constructor(file: string, name: string, count: number) {
    this.process = spawn(process.execPath, [program, file, name, String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (this.process.stdout === null) throw new Error('no output')
    createInterface(this.process.stdout).on('line', (line) => {
      if (/^\d+$/.test(line)) this.done.push(`${name}-${line}`)
      else this.failed.push(line)
      this.process.emit('change')
    })
  }

  /** Resolves when so many changes are made. */
  async reaches(count: number): Promise<void> {
    while (this.done.length < count) await once(this.process, 'change')
  }

  async ended(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null)
      await once(this.process, 'close')
  }
}

async function begin(): Promise<string> {
  const file = join(await tempFolder(), 'server.yaml')
  await writeFile(file, start)
  return file
}

/** The names of the Send connectors in the file, which must check and begin as it began. */
async function connectorsIn(file: string): Promise<string[]> {
  const result = await loadConfig(file)
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  expect(await readFile(file, 'utf8')).toContain(start)
  return result.config.SendConnectors.map(({ Name }) => Name)
}

test('of 200 changes by two processes at once none is lost, and the file is right at every moment', async () => {
  const file = await begin()
  const changers = [new Changer(file, 'one', 100), new Changer(file, 'two', 100)]
  let looked = 0
  const all = Promise.all(changers.map((changer) => changer.ended())).then(() => true)
  while (!(await Promise.race([all, connectorsIn(file).then(() => false)]))) looked++
  expect(changers.flatMap(({ failed }) => failed)).toEqual([])
  const names = await connectorsIn(file)
  expect(new Set(names)).toEqual(new Set(['To Internet', ...changers.flatMap(({ done }) => done)]))
  expect([names.length, looked > 5]).toEqual([201, true])
}, 120_000)

test('SIGKILL in the midst of changes leaves a file that is right, no lock, and all that was done', async () => {
  const file = await begin()
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const victim = new Changer(file, name, 1000)
    await victim.reaches(3)
    victim.process.kill('SIGKILL')
    await victim.ended()
    expect(await connectorsIn(file)).toEqual(expect.arrayContaining(victim.done))
  }
  const last = new Changer(file, 'last', 1)
  await last.ended()
  expect([last.done, last.failed]).toEqual([['last-1'], []])
  const records = join(file, '..', 'data', 'logs', 'AdminAudit')
  const [log = ''] = await readdir(records)
  expect(await readFile(join(records, log), 'utf8')).toContain('New-SendConnector,-Name last-1 ')
}, 120_000)
