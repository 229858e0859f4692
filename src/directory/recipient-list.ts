import { comparableAddress } from '../message/comparable-address.ts'
import { isMailbox } from '../smtp/address.ts'
import type { DirectoryRecipient } from './directory.ts'
import { type EntryProblem, type RecipientEntry, readEntry } from './recipient-entry.ts'

/** A problem of the entry at this position of a list. */
export interface ListProblem extends EntryProblem {
  readonly index: number
}

/** Recipients by address and by name; the name of several is known to be that of none alone. */
interface Known {
  readonly byAddress: Map<string, DirectoryRecipient>
  readonly byName: Map<string, DirectoryRecipient | 'several'>
}

/**
 * Reads a list of recipients: no address may belong to two of them, and members that are named rather than given by
 * address become the primary addresses of those they name. The recipients are right only when there is no problem.
 */
export function readRecipients(entries: readonly RecipientEntry[]): {
  readonly recipients: readonly DirectoryRecipient[]
  readonly problems: readonly ListProblem[]
} {
  const known: Known = { byAddress: new Map(), byName: new Map() }
  const problems: ListProblem[] = []
  const read = entries.map((entry, index) => {
    const { recipient, problems: found } = readEntry(entry)
    for (const problem of found) problems.push({ ...problem, index })
    for (const message of takenAddresses(recipient, known))
      problems.push({ index, setting: 'EmailAddresses', message })
    const name = recipient.name.toLowerCase()
    known.byName.set(name, known.byName.has(name) ? 'several' : recipient)
    return recipient
  })
  const recipients = read.map((recipient, index) => {
    if (recipient.members === undefined) return recipient
    const { addresses, problems: found } = memberAddresses(recipient.members, known)
    for (const message of found) problems.push({ index, setting: 'Members', message })
    return { ...recipient, members: addresses }
  })
  return { recipients, problems }
}

/** Enters the addresses of the recipient; tells which of them others have. */
function takenAddresses(recipient: DirectoryRecipient, { byAddress }: Known): string[] {
  return recipient.addresses.flatMap((address) => {
    const key = comparableAddress(address)
    const other = byAddress.get(key)
    if (other === undefined) byAddress.set(key, recipient)
    if (other === undefined || other === recipient) return []
    return [`${address} is an address of ${other.name} already`]
  })
}

function memberAddresses(members: readonly string[], { byAddress, byName }: Known) {
  const problems: string[] = []
  const addresses = new Set<string>()
  for (const member of members) {
    const named = member.includes('@') ? byAddress.get(comparableAddress(member)) : undefined
    const found = named ?? byName.get(member.toLowerCase())
    if (found === 'several')
      problems.push(`${member} is the name of several recipients; give an address`)
    else if (found !== undefined) addresses.add(found.primaryAddress)
    else if (isMailbox(member)) addresses.add(member)
    else problems.push(`there is no recipient ${member}; give a name or an address`)
  }
  return { addresses: [...addresses], problems }
}
