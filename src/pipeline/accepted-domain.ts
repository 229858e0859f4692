import { z } from 'zod'
import { flag, oneOf, text } from '../base/setting-fields.ts'

/** An accepted domain's settings, by Exchange's parameter names. */
export const acceptedDomainSchema = z.strictObject({
  /** Empty: the DomainName. */
  Name: text().default(''),
  /** `contoso.com` or `*.contoso.com`. */
  DomainName: text(),
  DomainType: oneOf(['Authoritative', 'InternalRelay', 'ExternalRelay']).default('Authoritative'),
  /** The default domain; without one the first is. */
  Default: flag().default(false),
  /** Whether recipients are looked up in the directory; left out, of an Authoritative domain only. */
  AddressBookEnabled: flag().optional(),
  MatchSubDomains: flag().default(false),
})

export type AcceptedDomain = Readonly<z.output<typeof acceptedDomainSchema>>

/** Whether recipients of the domain are looked up in the directory. */
export function hasAddressBook({ AddressBookEnabled, DomainType }: AcceptedDomain): boolean {
  return AddressBookEnabled ?? DomainType === 'Authoritative'
}
