import { ServiceNotRunning } from '../../admin/admin-client.ts'
import { askWorkers } from '../../admin/ask-workers.ts'
import type {
  AgentsInForce,
  PipelineStage,
  RunningAgents,
} from '../../admin/cmdlets/agents/running-agents.ts'
import type { AgentService } from '../../admin/cmdlets/agents/transport-service.ts'
import type { AgentStatus } from '../../agents/host/hosted-agent.ts'
import { knownWorkers } from '../workers/known-workers.ts'

/** The agents of the services that run with this data folder. */
export function runningAgents(dataFolder: string): RunningAgents {
  // Both ends of an admin socket are this very program, so an answer is of the type that was asked for.
  const ask = async (service: AgentService, method: string) => {
    const workers = await knownWorkers(dataFolder, service)
    return (await askWorkers({ dataFolder, service, workers }, method)).results
  }
  return {
    async inForce(service) {
      try {
        const workers = (await ask(service, 'agents')) as AgentsInForce[]
        return {
          users: mergedStatus(workers.map(({ users }) => users)),
          // All workers follow the same file.
          builtIn: workers[0]?.builtIn ?? [],
        }
      } catch (error) {
        if (error instanceof ServiceNotRunning) return undefined
        throw error
      }
    },
    async pipeline() {
      const [first] = (await ask('Transport', 'transportPipeline')) as PipelineStage[][]
      return first ?? []
    },
  }
}

/** Of the states that an agent has at several workers, the first here is what it is said to be in. */
const tellingFirst: readonly AgentStatus['state'][] = ['Failed', 'Starting', 'Stopped', 'Running']

/** Each worker has a process of each agent; one row for each agent. */
export function mergedStatus(workers: readonly (readonly AgentStatus[])[]): readonly AgentStatus[] {
  const byName = new Map<string, AgentStatus>()
  for (const status of workers.flat()) {
    const known = byName.get(status.name)
    byName.set(status.name, known === undefined ? status : merged(known, status))
  }
  return [...byName.values()]
}

function merged(one: AgentStatus, other: AgentStatus): AgentStatus {
  const telling = (each: AgentStatus) => tellingFirst.indexOf(each.state)
  const [first, second] = telling(one) <= telling(other) ? [one, other] : [other, one]
  const time = ({ lastErrorTime = -Infinity }: AgentStatus) => lastErrorTime
  const { lastError, lastErrorTime } = time(one) >= time(other) ? one : other
  return {
    ...first,
    events: first.events.length > 0 ? first.events : second.events,
    calls: one.calls + other.calls,
    failures: one.failures + other.failures,
    starts: one.starts + other.starts,
    ...(lastError !== undefined && { lastError }),
    ...(lastErrorTime !== undefined && { lastErrorTime }),
  }
}
