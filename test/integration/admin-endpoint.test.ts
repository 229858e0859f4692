import { chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { NoAnswer, ServiceNotRunning, askService } from '../../src/admin/admin-client.ts'
import {
  type AdminMethod,
  adminSocketPath,
  openAdminEndpoint,
} from '../../src/admin/admin-endpoint.ts'
import { parametersOf } from '../../src/services/queue-parameters.ts'
import { tempFolder } from '../support/temp-folder.ts'

const methods: Record<string, AdminMethod> = {
  echo: (parameters) => Promise.resolve(parameters),
  nothing: () => Promise.resolve(undefined),
  refuse: () => Promise.reject(new Error('there is no queue "EDGE01\\9"')),
  choose: (parameters) => Promise.resolve(parametersOf(parameters, ['limit'])),
  long: () => Promise.resolve('ü'.repeat(1_000_000)),
  hang: () => new Promise(() => undefined),
}

async function open() {
  const target = { dataFolder: await tempFolder(), service: 'Transport' }
  const socketPath = adminSocketPath(target.dataFolder, target.service)
  const endpoint = await openAdminEndpoint(socketPath, methods)
  onTestFinished(() => endpoint[Symbol.asyncDispose]())
  return { target, socketPath, endpoint }
}

test('a question gets its answer, also one of many pieces, and nothing is null', async () => {
  const { target } = await open()
  expect(await askService(target, 'echo', { queue: 'EDGE01\\3\n', limit: 5 })).toEqual({
    queue: 'EDGE01\\3\n',
    limit: 5,
  })
  expect(await askService(target, 'long')).toHaveLength(1_000_000)
  expect(await askService(target, 'nothing')).toBeNull()
})

test('a refusal comes back as an error with its words, and no more', async () => {
  const { target } = await open()
  await expect(askService(target, 'refuse')).rejects.toThrow(/^there is no queue "EDGE01\\9"$/)
})

const apart = 'the running services are of different versions; restart the services'

test.each([
  ['a method', 'toString', 'there is no "toString"'],
  ['a parameter', 'choose', 'there is no parameter "tests"'],
])('%s that is not known means that the versions differ', async (_what, method, words) => {
  const { target } = await open()
  const asked = askService(target, method, { tests: [] })
  await expect(asked).rejects.toThrow(`${words}: this command and ${apart}`)
})

test('so does an error of a service that is too old to name its version', async () => {
  const target = { dataFolder: await tempFolder(), service: 'Transport' }
  const socketPath = adminSocketPath(target.dataFolder, target.service)
  await mkdir(dirname(socketPath), { recursive: true })
  const server = createServer((socket) => {
    socket.once('data', () => socket.end('{"error":"there is no parameter \\"tests\\""}\n'))
  })
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const asked = askService(target, 'queues', { tests: [] })
  await expect(asked).rejects.toThrow(`there is no parameter "tests": this command and ${apart}`)
})

test('nobody there is told as a service that does not run', async () => {
  const { target, endpoint } = await open()
  await endpoint[Symbol.asyncDispose]()
  await expect(askService(target, 'echo')).rejects.toThrow(ServiceNotRunning)
})

/** What `ask` opens at once it opens as an account that is neither root nor the owner of anything. */
function asNobody<T>(ask: () => T): T {
  if (process.geteuid?.() !== 0) return ask()
  process.seteuid?.(65_534)
  try {
    return ask()
  } finally {
    process.seteuid?.(0)
  }
}

test('a service that the account may not ask is not told as one that does not run', async () => {
  const { target, socketPath } = await open()
  await chmod(socketPath, 0)
  const error: unknown = await asNobody(() => askService(target, 'echo')).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(NoAnswer)
  expect(error).not.toBeInstanceOf(ServiceNotRunning)
  expect(String(error)).toContain(`${socketPath}: permission denied`)
})

test('a service that ends leaves no question without an end', async () => {
  const { target, endpoint } = await open()
  const asked = expect(askService(target, 'hang')).rejects.toThrow(ServiceNotRunning)
  await askService(target, 'echo')
  await endpoint[Symbol.asyncDispose]()
  await asked
})

test.each([
  ['a line that is no JSON', 'hello\n', /error/],
  ['an endless line', 'x'.repeat(300 * 1024), /^$/],
])('%s harms nobody', async (_what, text, answer) => {
  const { target, socketPath } = await open()
  const socket = connect(socketPath).setEncoding('utf8')
  // The service hangs up on what it does not want to hear.
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  let heard = ''
  socket.on('data', (more: string) => (heard += more))
  socket.write(text)
  await closed
  expect(heard).toMatch(answer)
  expect(await askService(target, 'echo', 1)).toBe(1)
})

test('only the owner may open the socket', async () => {
  const { socketPath } = await open()
  expect((await stat(socketPath)).mode & 0o777).toBe(0o600)
})

test('a second service leaves the socket of a running one alone', async () => {
  const { target, socketPath } = await open()
  await expect(openAdminEndpoint(socketPath, methods)).rejects.toThrow(
    `Cannot take commands at ${socketPath}: a running service has it.`,
  )
  expect(await askService(target, 'echo', 1)).toBe(1)
})

test('the socket of a killed service is taken over', async () => {
  const { target, socketPath, endpoint } = await open()
  await endpoint[Symbol.asyncDispose]()
  await writeFile(socketPath, '')
  await using _next = await openAdminEndpoint(socketPath, methods)
  expect(await askService(target, 'echo', 1)).toBe(1)
})

test.each([
  ['too long a path', 'x'.repeat(120), 'the path of a socket may have about 100 bytes'],
  ['a file in the place of its folder', 'file', 'Make the data folder fit for it'],
])('%s is told with what to do', async (_what, name, words) => {
  const folder = await tempFolder()
  await writeFile(join(folder, 'file'), '')
  const socketPath = join(folder, name, 'Transport.sock')
  await expect(openAdminEndpoint(socketPath, methods)).rejects.toThrow(words)
})
