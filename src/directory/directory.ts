import type { Awaitable } from '../base/awaitable.ts'

/** Kinds of recipients, in Exchange's words. There are no mailboxes here: a UserMailbox has its mail elsewhere. */
export const recipientTypes = [
  'UserMailbox',
  'MailUser',
  'MailContact',
  'RemoteMailbox',
  'DistributionGroup',
] as const

export type RecipientType = (typeof recipientTypes)[number]

/** Somebody, or a group, that mail can be for. */
export interface DirectoryRecipient {
  readonly type: RecipientType
  readonly name: string
  readonly primaryAddress: string
  /** All proxy addresses, the primary one first, without `smtp:`. */
  readonly addresses: readonly string[]
  /** The target address, where the mail goes in place of the address it came for. */
  readonly externalAddress?: string
  /** What the source has as the members of a group; `Directory.members` makes addresses of it. */
  readonly members?: readonly string[]
  /** Messages to it need a moderator's word, which nobody here can give: they are refused. */
  readonly moderated?: boolean
}

/** What is known of an address. `unavailable` says nothing of it: neither to be taken nor refused for good. */
export type DirectoryAnswer =
  | { readonly kind: 'found'; readonly recipient: DirectoryRecipient }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable'; readonly reason: string }

/** The members of a group by their primary addresses; groups among them are not expanded. */
export type MembersAnswer =
  | {
      readonly kind: 'found'
      readonly addresses: readonly string[]
      /** Members that have no address, as the source names them. */
      readonly unknown: readonly string[]
    }
  | { readonly kind: 'unavailable'; readonly reason: string }

/**
 * The recipients of the organisation. Answers at once where the data are in memory, and never rejects: what cannot be
 * found out is `unavailable` with its reason.
 */
export interface Directory {
  /** There is any data: without, nobody is unknown. */
  readonly hasRecipients: boolean
  /** Looks an address up among all proxy addresses, compared without case. */
  find(address: string): Awaitable<DirectoryAnswer>
  /** The members of a group that `find` gave. */
  members(group: DirectoryRecipient): Awaitable<MembersAnswer>
}
