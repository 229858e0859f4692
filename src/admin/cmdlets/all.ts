import type { Cmdlet } from '../shell/cmdlet.ts'
import { type Routes, routeCmdlets } from './test-route.ts'

/** What the cmdlets work on. It is implemented in rows above and given in. */
export interface Administration {
  readonly routes: Routes
}

/**
 * The cmdlets of the server. Each start of the shell loads all that is imported here, so these modules
 * hold names, parameters and what is shown; schemas and sockets come in by the interfaces, whose
 * implementations load them when they are first used.
 */
export function serverCmdlets({ routes }: Administration): readonly Cmdlet[] {
  return [...routeCmdlets(routes)]
}
