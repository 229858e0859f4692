import type { DirectoryRecipient, RecipientType } from '../../../directory/directory.ts'
import type { FilterProperties } from '../../shell/filter-properties.ts'
import { ShellObject } from '../../values/value.ts'
import { tableView } from '../../values/view.ts'
import type { RecipientSource } from './recipient-listing.ts'

/** What Exchange calls the kinds: by their nature in Active Directory, and in detail. */
export const exchangeTypes: Readonly<
  Record<RecipientType, { readonly type: string; readonly details: string }>
> = {
  UserMailbox: { type: 'UserMailbox', details: 'UserMailbox' },
  MailUser: { type: 'MailUser', details: 'MailUser' },
  MailContact: { type: 'MailContact', details: 'MailContact' },
  RemoteMailbox: { type: 'MailUser', details: 'RemoteUserMailbox' },
  DistributionGroup: {
    type: 'MailUniversalDistributionGroup',
    details: 'MailUniversalDistributionGroup',
  },
}

/** What a filter may ask of recipients. */
export const recipientFilterProperties: FilterProperties = {
  Name: 'text',
  Alias: 'text',
  DisplayName: 'text',
  PrimarySmtpAddress: 'text',
  EmailAddresses: 'text',
  ExternalEmailAddress: 'text',
  RecipientType: [...new Set(Object.values(exchangeTypes).map(({ type }) => type))],
  RecipientTypeDetails: Object.values(exchangeTypes).map(({ details }) => details),
  Source: ['Configuration', 'File', 'Ldap'] satisfies readonly RecipientSource[],
}

/** The properties that every recipient has. */
export const recipientProperties = [
  ...['Name', 'Alias', 'DisplayName', 'PrimarySmtpAddress', 'EmailAddresses'],
  ...['ExternalEmailAddress', 'RecipientType', 'RecipientTypeDetails', 'Source', 'Identity'],
] as const

/** A recipient as a cmdlet shows it; `kind` is that of the cmdlet. */
export function recipientObject(
  recipient: DirectoryRecipient,
  { kind, source }: { readonly kind: string; readonly source: RecipientSource },
): ShellObject {
  const { name, primaryAddress, externalAddress, type } = recipient
  const external = externalAddress === undefined ? null : `SMTP:${externalAddress}`
  return new ShellObject({
    type: kind,
    view: tableView('Name', 'RecipientTypeDetails', 'PrimarySmtpAddress', 'ExternalEmailAddress'),
    properties: {
      Name: name,
      Alias: aliasOf(recipient),
      DisplayName: name,
      PrimarySmtpAddress: primaryAddress,
      EmailAddresses: proxyAddresses(recipient.addresses),
      ExternalEmailAddress: external,
      ...(type === 'RemoteMailbox' && { RemoteRoutingAddress: external }),
      ModerationEnabled: recipient.moderated === true,
      RecipientType: exchangeTypes[type].type,
      RecipientTypeDetails: exchangeTypes[type].details,
      Source: source,
      Identity: name,
      IsValid: true,
    },
  })
}

/** The addresses as Exchange writes them: the primary one in capitals. */
export function proxyAddresses([primary, ...others]: readonly string[]): readonly string[] {
  if (primary === undefined) return []
  return [`SMTP:${primary}`, ...others.map((address) => `smtp:${address}`)]
}

/** The local part of the primary address: nothing else is kept of an alias. */
export function aliasOf({ primaryAddress }: DirectoryRecipient): string {
  return primaryAddress.slice(0, primaryAddress.lastIndexOf('@'))
}
