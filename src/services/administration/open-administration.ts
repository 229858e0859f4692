import type { Administration } from '../../admin/cmdlets/all.ts'
import { lazyConfiguration } from './lazy-configuration.ts'
import { runningAgents } from './running-agents.ts'
import { RunningQueues } from './running-queues.ts'
import { productVersion } from '../../base/version.ts'

/** Where the server's files are. */
export interface AdministrationPlace {
  readonly configFile: string
  readonly dataFolder: string
}

/**
 * What the cmdlets work on: this server's configuration, services and logs. Each part is loaded when a
 * cmdlet first asks for it, so that the shell starts at once.
 */
export function openAdministration(place: AdministrationPlace): Administration {
  const { configFile, dataFolder } = place
  const connectivity = async () => (await import('./connectivity.ts')).fileConnectivity(configFile)
  const trackingLogs = async () =>
    (await import('./tracking-logs.ts')).fileTrackingLogs(configFile, dataFolder)
  const mailFlow = async () => (await import('./mail-flow.ts')).fileMailFlow(configFile, dataFolder)
  const configuration = lazyConfiguration(place)
  const recipients = async () => (await import('./recipients.ts')).listedRecipients(configuration)
  const server = async () => {
    const { currentConfig } = await import('./current-config.ts')
    return (await currentConfig(configFile)).Server
  }
  return {
    routes: {
      async explain(address, size) {
        const { fileRoutes } = await import('./routes.ts')
        return await fileRoutes(configFile).explain(address, size)
      },
    },
    protocolLogs: {
      async *search(search) {
        const { fileProtocolLogs } = await import('./protocol-logs.ts')
        yield* fileProtocolLogs(configFile, dataFolder).search(search)
      },
    },
    queues: new RunningQueues(dataFolder),
    connectivity: {
      server: async () => await (await connectivity()).server(),
      async *test(signal) {
        yield* (await connectivity()).test(signal)
      },
    },
    trackingLogs: {
      server: async () => await (await trackingLogs()).server(),
      async *search(query) {
        yield* (await trackingLogs()).search(query)
      },
    },
    agents: runningAgents(dataFolder),
    agentLogs: {
      async folder(service) {
        const { agentLogPlace } = await import('./agent-logs.ts')
        return await agentLogPlace(place, service)
      },
      async *search(search) {
        const { readAgentLog } = await import('../../logs/agent-log-reader.ts')
        yield* readAgentLog(search)
      },
    },
    auditLogs: {
      async *search(query) {
        const { readAdminAuditLog } = await import('../../logs/admin-audit-reader.ts')
        yield* readAdminAuditLog({ dataFolder, ...query })
      },
    },
    mailFlow: {
      send: async (envelope, signal) => await (await mailFlow()).send(envelope, signal),
      events: async (messageId, signal) => await (await mailFlow()).events(messageId, signal),
    },
    configuration,
    recipients: {
      async *all() {
        yield* (await recipients()).all()
      },
      find: async (address) => await (await recipients()).find(address),
      async *members(group) {
        yield* (await recipients()).members(group)
      },
    },
    health: {
      async *processes() {
        const { roleToHave, serviceHealth } = await import('../service-health.ts')
        yield* serviceHealth(dataFolder, await roleToHave(dataFolder, (await server()).Role))
      },
    },
    server: {
      async facts() {
        const { Name, Fqdn, Role } = await server()
        return { name: Name, fqdn: Fqdn, role: Role, version: productVersion }
      },
    },
  }
}
