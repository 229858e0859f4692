import { type ServerConfig } from '../../config/server-config.ts'
import { workersWithQueueFile } from './queue-files.ts'
import { type ServiceName, servicesOf } from './service-names.ts'
import type { Worker } from './worker.ts'

/**
 * The processes to run: as many of each service as the settings want, and one for each queue file of a
 * worker that they no longer want, until its mail is delivered.
 */
export async function plannedWorkers(config: ServerConfig, dataFolder: string): Promise<Worker[]> {
  const files = await workersWithQueueFile(dataFolder)
  return servicesOf(config.Server.Role).flatMap((service) => {
    const wanted = wantedWorkers(config, service)
    const orphans = service === 'Transport' ? files.filter((number) => number > wanted) : []
    const regular = Array.from({ length: wanted }, (_, index) => index + 1)
    const of = Math.max(wanted, ...orphans)
    return [...regular, ...orphans].map((number) => ({
      ...{ service, number, of },
      drainOnly: number > wanted,
    }))
  })
}

/** The setting Workers of a service. */
export function wantedWorkers(config: ServerConfig, service: ServiceName): number {
  const section = service === 'Transport' ? 'TransportService' : 'FrontendTransportService'
  return config[section].Workers
}
