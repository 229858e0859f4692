import { connect } from 'node:net'
import { second } from '../base/time-span.ts'
import { errorCode } from '../logs/log-disk.ts'
import {
  type AdminAnswer,
  type AdminQuestion,
  adminSocketPath,
  withVersionsApart,
} from './admin-endpoint.ts'

const patience = 30 * second

/** The service said nothing: it may not be asked by this account, or is stuck, or does not run. */
export class NoAnswer extends Error {
  override readonly name: string = 'NoAnswer'
}

/** The service does not run, or not with this data folder. */
export class ServiceNotRunning extends NoAnswer {
  override readonly name = 'ServiceNotRunning'
}

/**
 * Asks a running service by its local socket. Rejects with ServiceNotRunning when nobody listens
 * there, with NoAnswer when it cannot be asked or is stuck, and with an Error carrying the service's
 * message when it says no.
 */
export async function askService(
  target: { readonly dataFolder: string; readonly service: string; readonly worker?: number },
  method: string,
  parameters?: unknown,
): Promise<unknown> {
  const { dataFolder, service, worker = 1 } = target
  const socketPath = adminSocketPath(dataFolder, service, worker)
  const text = await ask(socketPath, { method, parameters }).catch((error: unknown) => {
    throw withoutAnswer(error, { service, worker, socketPath })
  })
  const answer = JSON.parse(text) as AdminAnswer
  if ('error' in answer) {
    const { error, version } = answer
    throw new Error(version === undefined ? withVersionsApart(error) : error)
  }
  return answer.result
}

function withoutAnswer(
  cause: unknown,
  { service, worker, socketPath }: { service: string; worker: number; socketPath: string },
): NoAnswer {
  const who = worker === 1 ? `the ${service} service` : `worker ${worker} of the ${service} service`
  if (cause instanceof TooLate) return new NoAnswer(`${who} ${cause.message}`, { cause })
  const code = errorCode(cause)
  if (code === 'EACCES' || code === 'EPERM') {
    const whom = 'the account that it runs under, and by root'
    const text = `${who} may be asked by ${whom} (${socketPath}: permission denied)`
    return new NoAnswer(text, { cause })
  }
  const remedy = worker === 1 ? '; start it with "edge start"' : ''
  const text = `${who} does not run (nobody answers at ${socketPath})${remedy}`
  return new ServiceNotRunning(text, { cause })
}

class TooLate extends Error {}

/** Sends the question; resolves with all that comes until the service ends the connection. */
async function ask(socketPath: string, question: AdminQuestion): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(socketPath)
  let text = ''
  socket.setEncoding('utf8')
  socket.setTimeout(patience, () => {
    socket.destroy(new TooLate(`has not answered within ${patience / second} seconds`))
  })
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
