import type { Clock } from '../../base/clock.ts'
import { second } from '../../base/time-span.ts'
import { AgentChild } from './agent-child.ts'
import { loadLimit } from './supervised-child.ts'
import { startOf } from './start-of.ts'
import type { TransportAgentSettings } from './transport-agent.ts'

/** Loads an agent's module as a service will, and ends it again. Gives what is wrong with it. Never rejects. */
export async function tryModule(
  settings: TransportAgentSettings,
  clock: Clock,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const child = new AgentChild(startOf(settings), {
    onMessage: (message) => {
      if (message.kind === 'loaded') resolve(undefined)
      if (message.kind === 'not-loaded') resolve(`could not be loaded: ${message.reason}`)
    },
    onLine: () => undefined,
    onEnd: (reason) => resolve(`could not be loaded: its process ${reason}`),
  })
  const timer = clock.after(loadLimit, () =>
    resolve(`was not loaded within ${loadLimit / second} s`),
  )
  const problem = await promise
  timer.cancel()
  child.kill('was tried')
  return problem
}
