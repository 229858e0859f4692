import type { Principal } from './message-sink.ts'
import type { Permissions } from './permission.ts'

/** Who sends, with which rights. */
export interface Sender {
  readonly principal: Principal
  readonly permissions: Permissions
}

/**
 * Whether this party may use the address as its own, in the envelope and in the header. Users without
 * Accept-Any-Sender send as themselves only. A partner server has an account, but is no user: it does
 * not come with mail of its own, which Accept-Any-Recipient tells.
 */
export function maySendAs(address: string, { principal, permissions }: Sender): boolean {
  if (principal.kind !== 'User' || permissions.has('SMTPAcceptAnySender')) return true
  if (principal.addresses.includes(address.toLowerCase())) return true
  return !permissions.has('SMTPAcceptAnyRecipient')
}
