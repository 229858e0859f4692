import type { CmdletContext } from '../../shell/cmdlet.ts'
import { ShellError } from '../../shell/shell-error.ts'
import type { OnSilent } from './queue-server.ts'

/** A worker process that does not answer makes the command fail, but what others say is shown. */
export function tellSilent({ writeError }: Pick<CmdletContext, 'writeError'>): OnSilent {
  return (reason) =>
    writeError(new ShellError(reason, { id: 'ServiceNotRunning', category: 'ResourceUnavailable' }))
}
