import { chmod, mkdir, rm } from 'node:fs/promises'
import { type Server, type Socket, connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { second } from '../base/time-span.ts'
import { productVersion } from '../base/version.ts'

/** Longest question; questions are a few parameters. */
const maximumQuestionLength = 256 * 1024
/** How long a question may take to arrive. */
const patience = 10 * second

/** One question an admin command may ask of a running service: JSON in, JSON out. */
export type AdminMethod = (parameters: unknown) => Promise<unknown>

/** A line from the command: which method, and what it is told. */
export interface AdminQuestion {
  readonly method: string
  readonly parameters?: unknown
}

/**
 * The line that comes back; the service then ends the connection. An error without a version comes of a
 * service that is older than this field, and says nothing of versions itself.
 */
export type AdminAnswer =
  { readonly result: unknown } | { readonly error: string; readonly version?: string }

/** A question that no command of the service's own version asks. */
export class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood'
}

/** The words of a service that does not know what it is asked, with the reason and the remedy. */
export function withVersionsApart(error: string): string {
  return `${error}: this command and the running services are of different versions; restart the services, and any shell that was open before the update`
}

/** The socket cannot be opened; `message` says where and what to do. */
export class AdminEndpointError extends Error {
  override readonly name = 'AdminEndpointError'

  constructor(socketPath: string, reason: string, options?: ErrorOptions) {
    super(`Cannot take commands at ${socketPath}: ${reason}`, options)
  }
}

/** The socket by which admin commands reach a service, or one worker of it. */
export function adminSocketPath(dataFolder: string, service: string, worker = 1): string {
  const name = worker === 1 ? service : `${service}-${worker}`
  return join(dataFolder, 'run', `${name}.sock`)
}

/**
 * Serves `methods` on a local socket that only the owner may open: one question for each connection, a
 * line of JSON each way. (node:http would do it, too, for 16 MB of memory in every service.) A method
 * that rejects answers with its message. Rejects with an AdminEndpointError.
 */
export async function openAdminEndpoint(
  socketPath: string,
  methods: Readonly<Record<string, AdminMethod>>,
): Promise<AsyncDisposable> {
  const connections = new Set<Socket>()
  const server = createServer((socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
    // A command that was stopped before its answer.
    socket.on('error', () => undefined)
    void serve(socket, methods)
  })
  await listenAt(socketPath, server)
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy()
      const closed = Promise.withResolvers<undefined>()
      server.close(() => closed.resolve(undefined))
      await closed.promise
    },
  }
}

async function listenAt(socketPath: string, server: Server): Promise<void> {
  // Another front end of this data folder may have other ports, and so not be in the way until here.
  if (await isAnswered(socketPath)) {
    throw new AdminEndpointError(
      socketPath,
      'a running service has it. Stop that one, or give this one its own data folder with --data.',
    )
  }
  try {
    await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 })
    // What a killed process left.
    await rm(socketPath, { force: true })
    await listen(server, socketPath)
    await chmod(socketPath, 0o600)
  } catch (cause) {
    throw new AdminEndpointError(socketPath, adviceFor(cause), { cause })
  }
}

function adviceFor(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return code === 'EINVAL' || code === 'ENAMETOOLONG'
    ? 'the path of a socket may have about 100 bytes. Name a shorter data folder with --data.'
    : `${message}. Make the data folder fit for it, or name another with --data.`
}

async function isAnswered(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(socketPath)
  socket.once('connect', () => resolve(true))
  socket.on('error', () => resolve(false))
  const answered = await promise
  socket.destroy()
  return answered
}

async function listen(server: Server, socketPath: string): Promise<void> {
  const listening = Promise.withResolvers<undefined>()
  server.once('error', (error) => listening.reject(error))
  server.listen(socketPath, () => listening.resolve(undefined))
  await listening.promise
}

async function serve(
  socket: Socket,
  methods: Readonly<Record<string, AdminMethod>>,
): Promise<void> {
  const line = await firstLine(socket)
  if (line === undefined) {
    socket.destroy()
    return
  }
  socket.end(`${JSON.stringify(await answer(line, methods))}\n`)
}

/** Undefined when none comes, or it is too long. */
async function firstLine(socket: Socket): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  socket.setTimeout(patience, () => resolve(undefined))
  socket.once('close', () => resolve(undefined))
  socket.setEncoding('utf8')
  let text = ''
  socket.on('data', (more: string) => {
    text += more
    const end = text.indexOf('\n')
    if (end !== -1) resolve(text.slice(0, end))
    else if (text.length > maximumQuestionLength) resolve(undefined)
  })
  const line = await promise
  socket.setTimeout(0)
  socket.removeAllListeners('data')
  return line
}

async function answer(
  line: string,
  methods: Readonly<Record<string, AdminMethod>>,
): Promise<AdminAnswer> {
  try {
    const { method: name, parameters } = JSON.parse(line) as AdminQuestion
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (method === undefined) throw new NotUnderstood(`there is no "${name}"`)
    return { result: (await method(parameters)) ?? null }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const told = error instanceof NotUnderstood ? withVersionsApart(text) : text
    return { error: told, version: productVersion }
  }
}
