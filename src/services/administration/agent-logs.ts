import { resolve } from 'node:path'
import type { AgentService } from '../../admin/cmdlets/agents/transport-service.ts'
import type { ServerConfig } from '../../config/server-config.ts'
import { type LoggingService, agentLogFolder } from '../../logs/log-folders.ts'
import { currentConfig } from './current-config.ts'

/** Where a service of a configuration file keeps its agent log; undefined for `$null`. */
export async function agentLogPlace(
  { configFile, dataFolder }: { readonly configFile: string; readonly dataFolder: string },
  service: AgentService,
): Promise<string | undefined> {
  const config = await currentConfig(configFile)
  const place = { service: loggingService(config, service), dataFolder: resolve(dataFolder) }
  const { TransportService, FrontendTransportService } = config
  return agentLogFolder(
    service === 'Transport' ? TransportService : FrontendTransportService,
    place,
  )
}

function loggingService({ Server }: ServerConfig, service: AgentService): LoggingService {
  if (service === 'FrontendTransport') return 'FrontEnd'
  return Server.Role === 'Edge' ? 'Edge' : 'Hub'
}
