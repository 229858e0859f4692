import { workersWithSocket } from '../../admin/worker-sockets.ts'
import { workersWithQueueFile } from './queue-files.ts'
import type { ServiceName } from './service-names.ts'

/** The workers that a running service must have: whoever has a socket or mail, and the first. */
export async function knownWorkers(dataFolder: string, service: ServiceName): Promise<number[]> {
  const sockets = await workersWithSocket(dataFolder, service)
  const files = service === 'Transport' ? await workersWithQueueFile(dataFolder) : []
  return [...new Set([1, ...sockets, ...files])].sort((a, b) => a - b)
}
