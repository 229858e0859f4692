import { request } from 'node:http'
import { second } from '../base/time-span.ts'
import { adminSocketPath } from './admin-endpoint.ts'

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
  const body = parameters === undefined ? '' : JSON.stringify(parameters)
  const { status, text } = await post({ socketPath, path: `/${method}`, body }).catch(
    (error: unknown) => {
      throw new ServiceNotRunning(
        worker === 1
          ? `the ${service} service does not run (nobody answers at ${socketPath}); start it with "edge start"`
          : `worker ${worker} of the ${service} service does not run (nobody answers at ${socketPath})`,
        { cause: error },
      )
    },
  )
  const answer = JSON.parse(text) as { result?: unknown; error?: string }
  if (status !== 200) throw new Error(answer.error ?? `the service answered ${status}`)
  return answer.result
}

function post(options: { socketPath: string; path: string; body: string }) {
  const answered = Promise.withResolvers<{ status: number; text: string }>()
  const { body, ...where } = options
  const outgoing = request({ ...where, method: 'POST', timeout: 30 * second }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => (text += chunk))
    response.on('end', () => answered.resolve({ status: response.statusCode ?? 0, text }))
    response.on('error', (error) => answered.reject(error))
  })
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 30 seconds')))
  outgoing.on('error', (error) => answered.reject(error))
  outgoing.end(body)
  return answered.promise
}
