import { z } from 'zod'
import { flag, oneOf, text } from '../base/setting-fields.ts'

/**
 * Set-RemoteDomain's parameters, as far as they concern a relay. Left out, nothing is kept from a domain; in
 * Exchange its own entry for all domains keeps automatic answers and forwarded mail back.
 */
export const remoteDomainSchema = z.strictObject({
  /** Empty: the DomainName; `Default` for the entry of all domains. */
  Name: text().default(''),
  /** `contoso.com`, `*.contoso.com` for it and all below it, `*` for all. */
  DomainName: text(),
  /** Whether out-of-office notes may go there; the two kinds for inside and outside are a mailbox's to choose. */
  AllowedOOFType: oneOf(['External', 'ExternalLegacy', 'InternalLegacy', 'None']).default(
    'External',
  ),
  AutoForwardEnabled: flag().default(true),
  AutoReplyEnabled: flag().default(true),
  /** Whether senders there get notifications of success. */
  DeliveryReportEnabled: flag().default(true),
  /** Whether notifications of failure tell of servers and their words. */
  NDRDiagnosticInfoEnabled: flag().default(true),
  /** Whether senders there get notifications of failure. */
  NDREnabled: flag().default(true),
})

export type RemoteDomain = Readonly<z.output<typeof remoteDomainSchema>>

const defaultName = 'Default'

/** The entry for all domains that is always there, as it is unless the file has one. */
export const defaultRemoteDomain: RemoteDomain = remoteDomainSchema.parse({
  Name: defaultName,
  DomainName: '*',
})

/** What the file does not say, and the entry for all domains where the file has none. */
export function completeRemoteDomains(given: readonly RemoteDomain[]): readonly RemoteDomain[] {
  const named = given.map((entry) => ({ ...entry, Name: nameOf(entry) }))
  const hasDefault = named.some(({ DomainName }) => DomainName === '*')
  return hasDefault ? named : [...named, defaultRemoteDomain]
}

function nameOf({ Name, DomainName }: RemoteDomain): string {
  if (Name !== '') return Name
  return DomainName === '*' ? defaultName : DomainName
}
