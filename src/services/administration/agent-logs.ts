import { resolve } from 'node:path'
import { agentLogFolder } from '../../logs/log-folders.ts'
import { currentConfig } from './current-config.ts'

/** Where the Transport service of a configuration file keeps its agent log; undefined for `$null`. */
export async function agentLogPlace(
  configFile: string,
  dataFolder: string,
): Promise<string | undefined> {
  const { Server, TransportService } = await currentConfig(configFile)
  const service = Server.Role === 'Edge' ? 'Edge' : 'Hub'
  return agentLogFolder(TransportService, { service, dataFolder: resolve(dataFolder) })
}
