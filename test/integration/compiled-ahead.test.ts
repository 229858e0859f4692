import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { programForEverybody } from '../support/program-for-everybody.ts'
import { edgeConfig, smartHost } from '../support/relay-config.ts'
import { bareRuntime, processMemory } from '../support/process-memory.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { tempFolder } from '../support/temp-folder.ts'

const megabyte = 1024 ** 2
const address = '127.0.117.43'
const sendConnectors = smartHost('*', { address: '127.0.117.42', port: 2525 })
const config = edgeConfig({ address, sendConnectors })
const services = ['Transport']
const compiler = new URL('../../bin/compile.js', import.meta.url).pathname

async function start(cache: string): Promise<RelayProcess> {
  return await RelayProcess.start({ config, services, env: { NODE_COMPILE_CACHE: cache } })
}

/** Runs the compiler on a cache; the one folder in it, of this runtime. */
async function compile(cache: string): Promise<string> {
  const env = { ...process.env, NODE_COMPILE_CACHE: cache }
  await promisify(execFile)(process.execPath, [compiler], { env })
  const [folder = ''] = await readdir(cache)
  return join(cache, folder)
}

test('the first start after an installation holds no compiler', async () => {
  await using relay = await start(join(await tempFolder(), 'cache'))
  const runtime = await bareRuntime()
  const { resident } = processMemory(relay.pid)
  // Measured: 12, and 46 with the compiler.
  expect((resident - runtime) / megabyte).toBeLessThan(30)
})

test('starts where nothing can be kept', async () => {
  const file = join(await tempFolder(), 'file')
  await writeFile(file, '')
  await using relay = await start(join(file, 'cache'))
  expect(relay.servicePid('Transport')).toBeGreaterThan(0)
})

/** Runs a command whose own cache cannot be made, as this user or another, and gives what it left in the data folder. */
async function dataAfterCommand(user?: number): Promise<readonly string[]> {
  const folder = await tempFolder()
  await chmod(folder, 0o755)
  const data = join(folder, 'data')
  await mkdir(data)
  await chmod(data, 0o777)
  const file = join(folder, 'file')
  await writeFile(file, '')
  const env = { ...process.env, NODE_COMPILE_CACHE: join(file, 'cache'), EDGE_DATA: data }
  const { node, edge } = await programForEverybody()
  await promisify(execFile)(node, [edge, 'help'], {
    env,
    ...(user !== undefined && { uid: user, gid: 0 }),
  })
  return await readdir(data, { recursive: true })
}

test('keeps the program with the data where its own cache cannot be made', async () => {
  const files = await dataAfterCommand(process.getuid?.() === 0 ? 12345 : undefined)
  expect(files[0]).toBe('cache')
  expect(files.length).toBeGreaterThan(20)
})

test.runIf(process.getuid?.() === 0)('runs nothing from the data folder as root', async () => {
  expect(await dataAfterCommand()).toEqual([])
})

test('compiles a program once, and again when a file of it has changed', async () => {
  const cache = join(await tempFolder(), 'cache')
  const folder = await compile(cache)
  const mark = join(folder, 'compiled')
  const compiled = await readFile(mark, 'utf8')
  const kept = (await readdir(folder)).length
  expect(kept).toBeGreaterThan(300)
  expect(compiled).toMatch(/^main\.ts \d+ \d+$/m)

  await rm(folder, { recursive: true })
  await mkdir(folder)
  await writeFile(mark, compiled)
  await compile(cache)
  expect((await readdir(folder)).length).toBeLessThan(10)

  await writeFile(mark, compiled.replace(/^main\.ts .*$/m, 'main.ts 1 1'))
  await compile(cache)
  expect((await readdir(folder)).length).toBe(kept)
  expect(await readFile(mark, 'utf8')).toBe(compiled)
})

test('compiles nothing in vain where the cache can only be read', async () => {
  const cache = join(await tempFolder(), 'cache')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--print', 'require("node:module").getCompileCacheDir()'],
    { env: { ...process.env, NODE_COMPILE_CACHE: cache } },
  )
  // In the place of the mark, which so cannot be written.
  await mkdir(join(stdout.trim(), 'compiled'), { recursive: true })
  const folder = await compile(cache)
  const kept = await readdir(folder)
  expect(kept.length).toBeLessThan(10)
})
