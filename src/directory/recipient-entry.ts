import { isMailbox } from '../smtp/address.ts'
import type { DirectoryRecipient, RecipientType } from './directory.ts'

/** A recipient as the configuration or a file has it. */
export interface RecipientEntry {
  readonly Name: string
  readonly RecipientType: RecipientType
  readonly EmailAddresses: readonly string[]
  readonly ExternalEmailAddress?: string | undefined
  readonly Members: readonly string[]
}

/** What is wrong with an entry. */
export interface EntryProblem {
  readonly setting: keyof RecipientEntry
  readonly message: string
}

const maximumName = 256

/** Reads an entry by itself; without problems the recipient is whole, its members as they are named. */
export function readEntry(entry: RecipientEntry): {
  readonly recipient: DirectoryRecipient
  readonly problems: readonly EntryProblem[]
} {
  const own = smtpAddresses(entry.EmailAddresses)
  const target = entry.ExternalEmailAddress && withoutPrefix(entry.ExternalEmailAddress)
  // A contact is known by the address it has elsewhere, as in Exchange.
  const addresses = own.length === 0 && target !== undefined ? [target] : own
  const { Name: name, RecipientType: type, Members: members } = entry
  return {
    recipient: {
      type,
      name,
      primaryAddress: addresses[0] ?? '',
      addresses,
      ...(target !== undefined && { externalAddress: target }),
      ...(type === 'DistributionGroup' && { members: members.map(withoutPrefix) }),
    },
    problems: [
      ...nameProblems(entry),
      ...addressProblems(entry, addresses),
      ...kindProblems(entry),
    ],
  }
}

/** The SMTP addresses among proxy addresses (`smtp:`, or no prefix), the primary one first. */
export function smtpAddresses(proxyAddresses: readonly string[]): readonly string[] {
  const primary: string[] = []
  const others: string[] = []
  for (const given of proxyAddresses) {
    const [, prefix, address = ''] = /^(?:([A-Za-z][A-Za-z0-9-]*):)?(.*)$/s.exec(given.trim()) ?? []
    // X500:, SIP: and their like are no addresses of mail.
    if (prefix !== undefined && prefix.toLowerCase() !== 'smtp') continue
    if (prefix === 'SMTP') primary.push(address)
    else others.push(address)
  }
  return [...primary, ...others]
}

/** The address behind `smtp:`, which may be missing. */
export function withoutPrefix(address: string): string {
  return address.trim().replace(/^smtp:/i, '')
}

function nameProblems({ Name }: RecipientEntry): EntryProblem[] {
  if (Name.trim() === '') return [{ setting: 'Name', message: 'must not be empty' }]
  if (Name.length <= maximumName && !/\p{Cc}/u.test(Name)) return []
  const message = `must have ${maximumName} characters at most, and no control characters`
  return [{ setting: 'Name', message }]
}

function addressProblems(entry: RecipientEntry, addresses: readonly string[]): EntryProblem[] {
  const { EmailAddresses, ExternalEmailAddress } = entry
  const problems: EntryProblem[] = []
  if (addresses.length === 0)
    problems.push({
      setting: 'EmailAddresses',
      message: 'has no address; write SMTP:alice@contoso.com',
    })
  for (const address of smtpAddresses(EmailAddresses))
    if (!isMailbox(address))
      problems.push({
        setting: 'EmailAddresses',
        message: `must have addresses such as SMTP:alice@contoso.com, not "${address}"`,
      })
  if (EmailAddresses.filter((address) => address.trim().startsWith('SMTP:')).length > 1)
    problems.push({
      setting: 'EmailAddresses',
      message: 'has more than one primary address; write smtp: in small letters for the others',
    })
  if (ExternalEmailAddress !== undefined && !isMailbox(withoutPrefix(ExternalEmailAddress)))
    problems.push({
      setting: 'ExternalEmailAddress',
      message: `must be an address such as SMTP:david@contoso.mail.onmicrosoft.com, not "${ExternalEmailAddress}"`,
    })
  return problems
}

/** What a kind of recipient needs, and what it cannot have. */
function kindProblems(entry: RecipientEntry): EntryProblem[] {
  const { RecipientType: type, ExternalEmailAddress, Members } = entry
  const problems: EntryProblem[] = []
  const isElsewhere = type === 'MailUser' || type === 'MailContact' || type === 'RemoteMailbox'
  if (isElsewhere && ExternalEmailAddress === undefined)
    problems.push({
      setting: 'ExternalEmailAddress',
      message: `is missing; a ${type} has its mail at another address`,
    })
  if (!isElsewhere && ExternalEmailAddress !== undefined)
    problems.push({
      setting: 'ExternalEmailAddress',
      message: `is not for a ${type}; MailUser, MailContact and RemoteMailbox have one`,
    })
  if (type !== 'DistributionGroup' && Members.length > 0)
    problems.push({
      setting: 'Members',
      message: `is not for a ${type}; a DistributionGroup has them`,
    })
  return problems
}
