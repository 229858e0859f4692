import { addressesIn } from '../message/address-list.ts'
import type { HeaderBlock } from '../message/header-block.ts'
import { type Sender, maySendAs } from '../message/send-as.ts'

/** By which a message says who wrote it, and who sent it for them. */
const authorFields: ReadonlySet<string> = new Set(['from', 'sender'])

/**
 * Whether the header names nobody as author or sender as whom this party may not send. A field that
 * cannot be read names somebody else to those who must be one of their own addresses.
 */
export function namesOwnAuthors(header: HeaderBlock, party: Sender): boolean {
  if (maySendAs('', party)) return true
  return header.fields
    .filter(({ name }) => authorFields.has(name))
    .every((field) => {
      const addresses = addressesIn(header.valueOf(field))
      return addresses?.every((address) => maySendAs(address, party)) ?? false
    })
}
