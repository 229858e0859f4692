import type { AgentStatus, BuiltInAgent } from '../../../agents/host/hosted-agent.ts'
import type { AgentService } from './transport-service.ts'

/** Who is asked at an event, in order. */
export interface PipelineStage {
  /** `OnEndOfData`. */
  readonly event: string
  readonly agents: readonly string[]
}

/** The agents that a service has. */
export interface AgentsInForce {
  /** Those of users that are enabled. */
  readonly users: readonly AgentStatus[]
  readonly builtIn: readonly BuiltInAgent[]
}

/** The transport agents of the services that run on this machine. */
export interface RunningAgents {
  /** Undefined when the service does not run. */
  inForce(service: AgentService): Promise<AgentsInForce | undefined>
  /** Of the Transport service; rejects when it does not run. */
  pipeline(): Promise<readonly PipelineStage[]>
}
