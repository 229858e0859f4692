import type { Directory } from '../../src/directory/directory.ts'
import { buildIndex } from '../../src/directory/recipient-index.ts'
import { RecipientTable } from '../../src/directory/recipient-table.ts'

/** A directory of mailboxes with these addresses; one without data unless there are some, or it is away. */
export function testDirectory(addresses: readonly string[] = [], isAway = false): Directory {
  const table = new RecipientTable(
    buildIndex(
      addresses.map((address) => ({
        type: 'UserMailbox',
        name: address,
        primaryAddress: address,
        addresses: [address],
      })),
    ),
  )
  if (!isAway) return table
  return {
    hasRecipients: true,
    find: () => Promise.resolve({ kind: 'unavailable', reason: 'connect ECONNREFUSED' }),
    members: () => ({ kind: 'unavailable', reason: 'connect ECONNREFUSED' }),
  }
}
