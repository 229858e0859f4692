import type { AdminMethod } from '../admin/admin-endpoint.ts'
import type { AgentsInForce, PipelineStage } from '../admin/cmdlets/agents/running-agents.ts'
import { AddressRewriteTable } from '../agents/address-rewriting/address-rewrite-table.ts'
import { addressRewritingAgents } from '../agents/address-rewriting/rewriting-agents.ts'
import { remoteDomainAgent } from '../agents/remote-domains/remote-domain-agent.ts'
import { type AgentEvent, agentEvents } from '../agents/agent-events.ts'
import type { AgentRoster } from '../agents/agent-roster.ts'
import { AgentRunner } from '../agents/agent-runner.ts'
import type { Agent } from '../agents/agent.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { AcceptedDomainTable } from '../pipeline/accepted-domains.ts'
import { RemoteDomainTable } from '../dsn/remote-domains.ts'
import { AgentHost } from '../agents/host/agent-host.ts'
import { calmLog } from '../base/calm-log.ts'
import { derivedLive, mapLive } from '../base/live.ts'
import { AgentLogWriter } from '../logs/agent-log-writer.ts'
import { acceptanceSteps } from '../pipeline/submission-header.ts'
import { agentLogEntry } from './agent-log-entries.ts'
import type { ServiceGround } from './service-ground.ts'

/** The agents of a service, and who asks them. */
export interface TransportAgents extends AsyncDisposable {
  readonly runner: AgentRunner
  readonly adminMethods: Readonly<Record<string, AdminMethod>>
  /** Resolves when the latest settings of agents are in force. */
  inForce(): Promise<void>
}

/**
 * Starts the users' agents and keeps the agent log; both follow the settings. In the Front End Transport service they
 * are asked at the events of sessions alone: messages are the Transport service's.
 */
export async function openTransportAgents(
  ground: ServiceGround,
  service: 'Transport' | 'FrontEnd' = 'Transport',
): Promise<TransportAgents> {
  const { config, clock, logger, dataFolder } = ground
  const troubles = calmLog(logger, clock)
  const host = await AgentHost.open({
    settings: mapLive(config, ({ TransportAgents }) => TransportAgents),
    builtIn: derivedLive(config, builtInAgents),
    asks: service === 'FrontEnd' ? frontEndEvents : agentEvents,
    clock,
    log: { ...troubles, info: (details, message) => logger.info(details, message) },
  })
  const log = new AgentLogWriter({
    settings: mapLive(config, ({ TransportService, FrontendTransportService }) =>
      service === 'FrontEnd' ? FrontendTransportService : TransportService,
    ),
    service:
      service === 'FrontEnd' ? service : config.current.Server.Role === 'Edge' ? 'Edge' : 'Hub',
    dataFolder,
    clock,
    warn: (message) => logger.warn({}, message),
  })
  const runner = new AgentRunner({
    roster: host.roster,
    clock,
    log: troubles,
    onAction: (record) => {
      if (log.enabled) log.record(agentLogEntry(record))
    },
  })
  return {
    runner,
    adminMethods: {
      agents: () =>
        Promise.resolve({ users: host.status(), builtIn: host.builtIn() } satisfies AgentsInForce),
      transportPipeline: () => Promise.resolve(pipelineOf(host.roster.current)),
    },
    inForce: async () => await host.inForce(),
    async [Symbol.asyncDispose]() {
      host[Symbol.dispose]()
      await log.close()
    },
  }
}

/** The events of sessions that are about no message. */
const frontEndEvents: readonly AgentEvent[] = [
  'OnConnectEvent',
  'OnHeloCommand',
  'OnEhloCommand',
  'OnStartTlsCommand',
  'OnAuthCommand',
  'OnEndOfAuthentication',
  'OnReject',
  'OnRsetCommand',
  'OnNoopCommand',
  'OnHelpCommand',
  'OnDisconnectEvent',
]

/** What the relay itself does to every message before agents are asked. */
const ownSteps: Partial<Record<AgentEvent, readonly string[]>> = {
  OnEndOfHeaders: acceptanceSteps.map(({ name }) => name),
}

function pipelineOf(roster: AgentRoster): readonly PipelineStage[] {
  return agentEvents.map((event) => ({
    event,
    agents: [...(ownSteps[event] ?? []), ...(roster.at(event) ?? []).map(({ name }) => name)],
  }))
}

/** The relay's own agents that have anything to do. */
function builtInAgents(config: ServerConfig): readonly Agent[] {
  const domains = new AcceptedDomainTable(config.AcceptedDomains)
  const rewriting = new AddressRewriteTable(config.AddressRewriteEntries, domains)
  const remote = new RemoteDomainTable(config.RemoteDomains)
  return [
    ...(rewriting.isEmpty ? [] : addressRewritingAgents(rewriting)),
    ...(remote.keepsMailBack ? [remoteDomainAgent(remote, domains)] : []),
  ]
}
