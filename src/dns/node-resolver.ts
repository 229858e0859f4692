import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import { CachingResolver } from './caching-resolver.ts'
import { NodeLookups } from './node-lookups.ts'
import type { Resolver } from './resolver.ts'

/**
 * The resolver for mail routing: Node's own look-ups at `servers` (addresses, each with an optional
 * port; none: the machine's), with a bounded memory that a change of the servers clears.
 */
export function nodeResolver(servers: Live<readonly string[]>, clock: Clock): Resolver {
  const resolver = new CachingResolver(new NodeLookups(servers), clock)
  servers.subscribe(() => resolver.clear())
  return resolver
}
