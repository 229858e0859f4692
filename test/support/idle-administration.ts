import type { Administration } from '../../src/admin/cmdlets/all.ts'
import { openAdministration } from '../../src/services/administration/open-administration.ts'

/** What the cmdlets work on, of a server that has no files: for names, help and parameters. */
export function idleAdministration(): Administration {
  return openAdministration({ configFile: '/nowhere/server.yaml', dataFolder: '/nowhere' })
}
