import type { AgentStart } from './messages.ts'
import type { TransportAgentSettings } from './transport-agent.ts'

/** What the process of an agent with these settings is told at its start. */
export function startOf(settings: TransportAgentSettings): AgentStart {
  return {
    name: settings.Name,
    module: settings.Module,
    factory: settings.TransportAgentFactory,
    settings: settings.Settings,
    maxMemory: settings.MaxMemory,
    maxBodySize: settings.MaxBodySize,
  }
}
