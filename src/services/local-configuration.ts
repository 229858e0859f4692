import { askWorkers } from '../admin/ask-workers.ts'
import { ServiceNotRunning } from '../admin/admin-client.ts'
import { FileConfiguration } from '../admin/cmdlets/configuration/file-configuration.ts'
import type { Configuration } from '../admin/cmdlets/configuration/configuration.ts'
import type { Clock } from '../base/clock.ts'
import type { ReloadResult } from '../config/config-watcher.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { knownWorkers } from './workers/known-workers.ts'
import type { Locations } from './service-ground.ts'
import { serviceTitles, servicesOf } from './workers/service-names.ts'

/** The configuration of the server on this machine, with its services where they run. */
export function localConfiguration(where: Locations, clock: Clock): Configuration {
  return new FileConfiguration({
    ...where,
    clock,
    reload: (config) => reloadServices(where.dataFolder, config),
  })
}

/**
 * Has every running service take the configuration file over, and waits until it is in force. Gives
 * what stands in the way; a service that does not run will read the file when it starts.
 */
export async function reloadServices(
  dataFolder: string,
  config: ServerConfig,
): Promise<readonly string[]> {
  const services = servicesOf(config.Server.Role)
  const warnings = services.map(async (service) => {
    const title = serviceTitles[service]
    try {
      const workers = await knownWorkers(dataFolder, service)
      const { results } = await askWorkers({ dataFolder, service, workers }, 'reload')
      return results.flatMap((result) => warningsOf(title, result as ReloadResult))
    } catch (error) {
      if (error instanceof ServiceNotRunning) return []
      const reason = error instanceof Error ? error.message : String(error)
      return [`The ${title} service could not take the change over: ${reason}`]
    }
  })
  return [...new Set((await Promise.all(warnings)).flat())]
}

function warningsOf(title: string, { problems, waiting }: ReloadResult): string[] {
  return [
    ...problems.map((problem) => `The change is not in force in the ${title} service: ${problem}`),
    ...waiting.map((setting) => `${setting} takes effect when the server is restarted.`),
  ]
}
