import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import { CachingResolver } from './caching-resolver.ts'
import { HostsFileLookups } from './hosts-file.ts'
import { NodeLookups } from './node-lookups.ts'
import type { Resolver } from './resolver.ts'

/**
 * The resolver for mail routing: Node's own look-ups at `servers` (addresses, each with an optional
 * port), with a bounded memory that a change of the servers clears. Without servers it is the
 * machine's resolution, its hosts file included.
 */
export function nodeResolver(servers: Live<readonly string[]>, clock: Clock): Resolver {
  const lookups = new HostsFileLookups(
    '/etc/hosts',
    new NodeLookups(servers),
    () => servers.current.length === 0,
  )
  const resolver = new CachingResolver(lookups, clock)
  servers.subscribe(() => resolver.clear())
  return resolver
}
