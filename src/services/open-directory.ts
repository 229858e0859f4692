import { type Live, LiveValue } from '../base/live.ts'
import type { ServerConfig } from '../config/server-config.ts'
import type { Directory } from '../directory/directory.ts'
import { JoinedDirectory } from '../directory/joined-directory.ts'
import { buildIndex } from '../directory/recipient-index.ts'
import { readRecipients } from '../directory/recipient-list.ts'
import { RecipientTable } from '../directory/recipient-table.ts'

/** The directory of a service, following the configuration. */
export interface OpenDirectory extends Directory, Disposable {
  /** Calls `onChange` after each change of what it knows; the returned function ends that. */
  subscribe(onChange: () => void): () => void
}

/** Opens the directory that the configuration describes. */
export function openDirectory(config: Live<ServerConfig>): OpenDirectory {
  const own = new LiveValue(tableOf(config.current))
  let entries = config.current.Recipients
  const unsubscribe = config.subscribe((changed) => {
    if (changed.Recipients === entries) return
    entries = changed.Recipients
    own.set(tableOf(changed))
  })
  const joined = new JoinedDirectory({
    get current() {
      return [own.current]
    },
    subscribe: (onChange) => own.subscribe((table) => onChange([table])),
  })
  return {
    get hasRecipients() {
      return joined.hasRecipients
    },
    find: (address) => joined.find(address),
    members: (group) => joined.members(group),
    subscribe: (onChange) => own.subscribe(onChange),
    [Symbol.dispose]: unsubscribe,
  }
}

function tableOf({ Recipients }: ServerConfig): RecipientTable {
  return new RecipientTable(buildIndex(readRecipients(Recipients).recipients))
}
