import { connect } from 'node:net'
import { second } from '../base/time-span.ts'
import {
  type AdminAnswer,
  type AdminQuestion,
  adminSocketPath,
  withVersionsApart,
} from './admin-endpoint.ts'

const patience = 30 * second

/** The service does not run, or not with this data folder. */
export class ServiceNotRunning extends Error {
  override readonly name = 'ServiceNotRunning'
}

/**
 * Asks a running service by its local socket. Rejects with ServiceNotRunning when nobody listens
 * there, and with an Error carrying the service's message when it says no.
 */
export async function askService(
  target: { readonly dataFolder: string; readonly service: string; readonly worker?: number },
  method: string,
  parameters?: unknown,
): Promise<unknown> {
  const { dataFolder, service, worker = 1 } = target
  const socketPath = adminSocketPath(dataFolder, service, worker)
  const text = await ask(socketPath, { method, parameters }).catch((error: unknown) => {
    throw new ServiceNotRunning(
      worker === 1
        ? `the ${service} service does not run (nobody answers at ${socketPath}); start it with "edge start"`
        : `worker ${worker} of the ${service} service does not run (nobody answers at ${socketPath})`,
      { cause: error },
    )
  })
  const answer = JSON.parse(text) as AdminAnswer
  if ('error' in answer) {
    const { error, version } = answer
    throw new Error(version === undefined ? withVersionsApart(error) : error)
  }
  return answer.result
}

/** Sends the question; resolves with all that comes until the service ends the connection. */
async function ask(socketPath: string, question: AdminQuestion): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(socketPath)
  let text = ''
  socket.setEncoding('utf8')
  socket.setTimeout(patience, () => socket.destroy(new Error('no answer within 30 seconds')))
  socket.on('error', reject)
  socket.on('data', (more: string) => (text += more))
  socket.on('end', () => {
    if (text.endsWith('\n')) resolve(text)
    else reject(new Error('the service ended before it answered'))
  })
  socket.on('close', () => reject(new Error('the service ended before it answered')))
  socket.write(`${JSON.stringify(question)}\n`)
  return await promise
}
