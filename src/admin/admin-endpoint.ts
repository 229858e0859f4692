import { chmod, mkdir, rm } from 'node:fs/promises'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { dirname, join } from 'node:path'

/** Longest request body; requests are a few parameters. */
const maximumBodyBytes = 256 * 1024

/** One question an admin command may ask of a running service: JSON in, JSON out. */
export type AdminMethod = (parameters: unknown) => Promise<unknown>

/** The socket by which admin commands reach a service, or one worker of it. */
export function adminSocketPath(dataFolder: string, service: string, worker = 1): string {
  const name = worker === 1 ? service : `${service}-${worker}`
  return join(dataFolder, 'run', `${name}.sock`)
}

/**
 * Serves `methods` as `POST /<method>` on a local socket that only the owner may open. A method that
 * rejects answers 500 with its message.
 */
export async function openAdminEndpoint(
  socketPath: string,
  methods: Readonly<Record<string, AdminMethod>>,
): Promise<AsyncDisposable> {
  await mkdir(dirname(socketPath), { recursive: true })
  // A socket file left by a killed process; a living service of this name holds the queue file or
  // the ports, so it has already been told that it runs twice.
  await rm(socketPath, { force: true })
  const server = createServer((request, response) => {
    void answer(methods, request, response)
  })
  await listen(server, socketPath)
  await chmod(socketPath, 0o600)
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      const closed = Promise.withResolvers<undefined>()
      server.close(() => closed.resolve(undefined))
      await closed.promise
    },
  }
}

async function listen(server: Server, socketPath: string): Promise<void> {
  const listening = Promise.withResolvers<undefined>()
  server.once('error', (error) => listening.reject(error))
  server.listen(socketPath, () => listening.resolve(undefined))
  await listening.promise
}

async function answer(
  methods: Readonly<Record<string, AdminMethod>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = request.url?.slice(1) ?? ''
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (request.method !== 'POST' || method === undefined) {
    send(response, 404, { error: `there is no "${name}"` })
    return
  }
  try {
    send(response, 200, { result: (await method(await readJson(request))) ?? null })
  } catch (error) {
    send(response, 500, { error: error instanceof Error ? error.message : String(error) })
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maximumBodyBytes) throw new RangeError('the request is too long')
    chunks.push(chunk)
  }
  return bytes === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString())
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
