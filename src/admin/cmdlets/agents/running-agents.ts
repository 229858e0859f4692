import type { AgentStatus } from '../../../agents/host/hosted-agent.ts'

/** Who is asked at an event, in order. */
export interface PipelineStage {
  /** `OnEndOfData`. */
  readonly event: string
  readonly agents: readonly string[]
}

/** The transport agents of the Transport service that runs on this machine. */
export interface RunningAgents {
  /** How the enabled agents of users are; undefined when the service does not run. */
  status(): Promise<readonly AgentStatus[] | undefined>
  /** Rejects when the service does not run. */
  pipeline(): Promise<readonly PipelineStage[]>
}
