import { type CmdletContext, refused } from '../shell/cmdlet.ts'
import { ShellError } from '../shell/shell-error.ts'
import type { OnSilent } from './queue-server.ts'

const whole =
  'all objects come, one after the other; use -ResultSize, Sort-Object, Select-Object -Skip'

/** Exchange's parameters for going through a long result page by page. */
export const notPaged = {
  SortOrder: refused('objects come in the order of the queue; use Sort-Object.'),
  BookmarkIndex: refused(`${whole}.`),
  BookmarkObject: refused(`${whole}.`),
  IncludeBookmark: refused(`${whole}.`),
  SearchForward: refused(`${whole}.`),
  ReturnPageInfo: refused(`${whole}.`),
}

/** A worker process that does not answer makes the command fail, but what others say is shown. */
export function tellSilent({ writeError }: Pick<CmdletContext, 'writeError'>): OnSilent {
  return (reason) =>
    writeError(new ShellError(reason, { id: 'ServiceNotRunning', category: 'ResourceUnavailable' }))
}
