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
  MatchSubDomains: flag().default(false),
})

export type AcceptedDomain = Readonly<z.output<typeof acceptedDomainSchema>>
