import type { LdapSettings } from '../directory-schema.ts'
import type { DirectoryRecipient, RecipientType } from '../directory.ts'
import { smtpAddresses, withoutPrefix } from '../recipient-entry.ts'
import { type LdapEntry, type LdapQuery, escaped } from './ldap-connection.ts'

type Attributes = Pick<LdapSettings, 'AddressAttributes' | 'TargetAttribute'>
type Place = Pick<LdapSettings, 'BaseDn' | 'Filter'>

const groupClasses = ['group', 'groupofnames', 'groupofuniquenames', 'groupofmembers']
/** Exchange's, in Active Directory. */
const moderationAttribute = 'msExchEnableModeration'
const remoteMailboxAttribute = 'msExchRemoteRecipientType'

/** The question for the recipient that has this address. */
export function addressQuery(address: string, settings: Attributes & Place): LdapQuery {
  return recipientQuery(settings, (attribute) =>
    isProxyAttribute(attribute) ? `smtp:${escaped(address)}` : escaped(address),
  )
}

/** The question for all recipients. */
export function allRecipientsQuery(settings: Attributes & Place): LdapQuery {
  return recipientQuery(settings, () => '*')
}

/** The attributes that `recipientOf` reads. */
export function recipientAttributes(settings: Attributes): readonly string[] {
  return [
    ...['objectClass', 'cn', 'displayName', moderationAttribute, remoteMailboxAttribute],
    ...settings.AddressAttributes,
    settings.TargetAttribute,
  ]
}

/** The recipient of an entry; undefined for one without an address. */
export function recipientOf(
  entry: LdapEntry,
  settings: Attributes,
): DirectoryRecipient | undefined {
  const addresses = addressesOf(entry, settings)
  const [primaryAddress] = addresses
  if (primaryAddress === undefined) return undefined
  const [target] = valuesOf(entry, settings.TargetAttribute)
  const type = typeOf(entry, target !== undefined)
  const [name = primaryAddress] = [...valuesOf(entry, 'displayName'), ...valuesOf(entry, 'cn')]
  const isModerated = valuesOf(entry, moderationAttribute)[0]?.toUpperCase() === 'TRUE'
  return {
    ...{ type, name, primaryAddress, addresses },
    ...(target !== undefined && { externalAddress: withoutPrefix(target) }),
    ...(target === undefined && type === 'MailContact' && { externalAddress: primaryAddress }),
    ...(isModerated && { moderated: true }),
  }
}

/** The values of an attribute; none when the entry has not got it. */
export function valuesOf({ attributes }: LdapEntry, attribute: string): readonly string[] {
  return attributes.get(attribute.toLowerCase()) ?? []
}

function recipientQuery(
  settings: Attributes & Place,
  valueOf: (attribute: string) => string,
): LdapQuery {
  const { BaseDn, Filter = '', AddressAttributes } = settings
  const either = AddressAttributes.map((attribute) => `(${attribute}=${valueOf(attribute)})`)
  const address = either.length === 1 ? either.join('') : `(|${either.join('')})`
  return {
    base: BaseDn,
    scope: 'sub',
    filter: Filter === '' ? address : `(&${address}${Filter})`,
    attributes: recipientAttributes(settings),
  }
}

/** The primary address first: `SMTP:` in capitals among proxy addresses, else the first of any. */
function addressesOf(entry: LdapEntry, { AddressAttributes }: Attributes): readonly string[] {
  const all = smtpAddresses(AddressAttributes.flatMap((attribute) => valuesOf(entry, attribute)))
  const known = new Set<string>()
  return all.filter((address) => {
    const key = address.toLowerCase()
    if (address === '' || known.has(key)) return false
    known.add(key)
    return true
  })
}

function typeOf(entry: LdapEntry, hasTarget: boolean): RecipientType {
  const classes = valuesOf(entry, 'objectClass').map((name) => name.toLowerCase())
  if (groupClasses.some((name) => classes.includes(name))) return 'DistributionGroup'
  if (classes.includes('contact')) return 'MailContact'
  if (!hasTarget) return 'UserMailbox'
  return valuesOf(entry, remoteMailboxAttribute).length > 0 ? 'RemoteMailbox' : 'MailUser'
}

function isProxyAttribute(attribute: string): boolean {
  return attribute.toLowerCase() === 'proxyaddresses'
}
