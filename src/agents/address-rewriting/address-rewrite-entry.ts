import { z } from 'zod'
import { flag, list, text } from '../../base/setting-fields.ts'

/** New-AddressRewriteEntry's parameters. */
export const addressRewriteEntrySchema = z.strictObject({
  Name: text(),
  /** `david@contoso.com`, `contoso.com`, or `*.contoso.com` for it and all below it. */
  InternalAddress: text(),
  /** What others see: an address for an address, a domain for a domain. */
  ExternalAddress: text(),
  /** Domains that a `*.` entry leaves alone. */
  ExceptionList: list(text()).default([]),
  /** Whether answers, too, find the way back: only then External is made Internal again. */
  OutboundOnly: flag().default(false),
})

export type AddressRewriteEntry = Readonly<z.output<typeof addressRewriteEntrySchema>>

/** What an entry stands for. */
export type EntryKind = 'address' | 'domain' | 'subdomains'

/** Told by the form of InternalAddress. */
export function entryKind({
  InternalAddress,
}: Pick<AddressRewriteEntry, 'InternalAddress'>): EntryKind {
  if (InternalAddress.includes('@')) return 'address'
  return InternalAddress.startsWith('*.') ? 'subdomains' : 'domain'
}
