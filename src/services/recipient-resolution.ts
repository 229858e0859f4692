import type { Clock } from '../base/clock.ts'
import type { ServerConfig } from '../config/server-config.ts'
import type { Directory } from '../directory/directory.ts'
import type { CategorizerOptions } from '../pipeline/categorizer.ts'

/** How recipients are resolved: on an Edge server not at all, which is left to the servers behind it, as in Exchange. */
export function recipientResolution(
  { Server }: Pick<ServerConfig, 'Server'>,
  directory: Directory,
  clock: Clock,
): Pick<CategorizerOptions, 'resolution'> {
  return Server.Role === 'Edge' ? {} : { resolution: { directory, clock } }
}
