import type { ConfigDraft } from '../../../config/change-config.ts'
import type { ServerConfig } from '../../../config/server-config.ts'
import type { RecipientType } from '../../../directory/directory.ts'
import {
  type RecipientEntry,
  readEntry,
  withoutPrefix,
} from '../../../directory/recipient-entry.ts'
import { hasAddressBook } from '../../../pipeline/accepted-domain.ts'
import { AcceptedDomainTable } from '../../../pipeline/accepted-domains.ts'
import { isMailbox } from '../../../smtp/address.ts'
import { text } from '../../shell/parameter-types.ts'
import type { ParameterType } from '../../shell/parameter-type.ts'
import { ShellError } from '../../shell/shell-error.ts'
import type { Attempt } from '../configuration/changing-cmdlet.ts'
import type { ListNoun } from '../configuration/list-noun.ts'
import { aliasOf, proxyAddresses, recipientObject } from './recipient-object.ts'

export const section = 'Recipients'

/** A kind of recipient as the configuration has it. */
export function recipientNoun(type: RecipientType, title: string): ListNoun<RecipientEntry> {
  return {
    ...{ section, type, title },
    items: ({ Recipients }) => Recipients,
    isOf: ({ RecipientType: kind }) => kind === type,
    nameOf: ({ Name }) => Name,
    othersOf,
    show: (entry) =>
      recipientObject(readEntry(entry).recipient, { kind: type, source: 'Configuration' }),
    leaves: (entry, draft) => changeMembers(draft, entry, []),
  }
}

/** What a recipient may be called beside its name. */
export function othersOf(entry: RecipientEntry): readonly string[] {
  const { recipient } = readEntry(entry)
  return [...recipient.addresses, aliasOf(recipient)]
}

/** Puts what a recipient is now in place of its old name, and of its addresses where it is gone, in all groups. */
export function changeMembers(
  { config, document }: ConfigDraft,
  entry: RecipientEntry,
  now: readonly string[],
): void {
  const names = [entry.Name, ...(now.length === 0 ? readEntry(entry).recipient.addresses : [])]
  const before = new Set(names.map((name) => name.toLowerCase()))
  const isIt = (member: string) => before.has(withoutPrefix(member).toLowerCase())
  for (const [index, { Members }] of config.Recipients.entries())
    if (Members.some(isIt))
      document.changeEntry(section, index, {
        Members: Members.flatMap((member) => (isIt(member) ? now : [member])),
      })
}

/** The addresses with another primary one; the old one stays as a further address. */
export function withPrimary(entry: RecipientEntry, primary: string): readonly string[] {
  const others = readEntry(entry).recipient.addresses.filter(
    (address) => address.toLowerCase() !== primary.toLowerCase(),
  )
  return proxyAddresses([primary, ...others])
}

/** The address of a recipient for which none is given: its alias in the default accepted domain. */
export function usualAddress(config: ServerConfig, name: string, alias = aliasFor(name)): string {
  const domain = new AcceptedDomainTable(config.AcceptedDomains).defaultDomain
  const address = `${alias}@${domain}`
  if (domain !== undefined && isMailbox(address)) return address
  throw new ShellError(`No address can be made for "${name}"; give -PrimarySmtpAddress.`, {
    id: 'NoAddress',
    category: 'InvalidArgument',
    target: name,
  })
}

/** Tells what follows from the first recipient: until then mail to an accepted domain is taken for any name in it. */
export function warnOfFirst(attempt: Attempt, { Recipients, Directory, ...config }: ServerConfig) {
  if (!attempt.changed || Recipients.length > 0) return
  if (Directory.File !== undefined || Directory.Ldap !== undefined) return
  const domains = config.AcceptedDomains.filter(hasAddressBook).map(({ DomainName }) => DomainName)
  if (domains.length === 0) return
  attempt.context.writeWarning(
    `From now on recipients of ${domains.join(', ')} that are not listed are refused; make them, name a file or an LDAP server in Directory of the configuration, or say Set-AcceptedDomain -AddressBookEnabled $false.`,
  )
}

/** `smtp:` before it is taken, too. */
export const address: ParameterType<string> = {
  ...text,
  name: 'SmtpAddress',
  convert: (argument) => {
    const given = text.convert(argument)
    if ('problem' in given) return given
    const value = withoutPrefix(given.value)
    return isMailbox(value)
      ? { value }
      : { problem: `The value "${given.value}" is not an address such as alice@contoso.com.` }
  },
}

/** As Exchange makes one of a name: what an address cannot have is left out. */
function aliasFor(name: string): string {
  return name.replace(/[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]/g, '').replace(/^\.+|\.+$|\.(?=\.)/g, '')
}
