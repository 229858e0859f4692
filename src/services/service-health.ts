import { NoAnswer, ServiceNotRunning, askService } from '../admin/admin-client.ts'
import { askWorkers } from '../admin/ask-workers.ts'
import type { ServerRole } from '../config/server-config.ts'
import { knownWorkers } from './workers/known-workers.ts'
import { type ServiceName, servicesOf } from './workers/service-names.ts'
import { workerName } from './workers/worker.ts'

/** How one process of a service is. */
export interface WorkerHealth {
  readonly service: ServiceName
  /** `Transport`, `Transport-2`. */
  readonly worker: string
  readonly isRunning: boolean
  /** Why it cannot do its work; undefined when it can. */
  readonly complaint: string | undefined
  /** What is amiss and keeps it from no work that it could do after a restart. */
  readonly warnings: readonly string[]
}

/** The answer of one process to the method `health`. */
export interface HealthAnswer {
  readonly complaint?: string
  readonly warnings: readonly string[]
}

/** How the processes are that a running server of this role must have. */
export async function* serviceHealth(
  dataFolder: string,
  role: ServerRole,
): AsyncGenerator<WorkerHealth, void> {
  for (const service of servicesOf(role)) {
    for (const worker of await knownWorkers(dataFolder, service)) {
      const state = await stateOf({ dataFolder, service, worker })
      yield { service, worker: workerName(service, worker), ...state }
    }
  }
}

/**
 * The role that the running server has, for its file may name another by now; that of the file when
 * nobody answers. Without either it rejects with NoAnswer.
 */
export async function roleToHave(
  dataFolder: string,
  ofFile: ServerRole | undefined,
): Promise<ServerRole> {
  const service = 'Transport'
  const workers = await knownWorkers(dataFolder, service)
  try {
    const { results } = await askWorkers({ dataFolder, service, workers }, 'role')
    return results[0] as ServerRole
  } catch (error) {
    if (ofFile === undefined || !(error instanceof NoAnswer)) throw error
    return ofFile
  }
}

async function stateOf(target: Parameters<typeof askService>[0]) {
  try {
    const { complaint, warnings } = (await askService(target, 'health')) as HealthAnswer
    return { isRunning: true, complaint, warnings }
  } catch (error) {
    const complaint = error instanceof Error ? error.message : String(error)
    return { isRunning: !(error instanceof ServiceNotRunning), complaint, warnings: [] }
  }
}
