import type { DirectoryRecipient } from '../../../directory/directory.ts'

/** Where a recipient stands. Only those of the configuration can be changed by cmdlets. */
export type RecipientSource = 'Configuration' | 'File' | 'Ldap'

export interface ListedRecipient {
  readonly recipient: DirectoryRecipient
  readonly source: RecipientSource
}

/** The members of a group: recipients where they are known, else the addresses alone. */
export type ListedMember = ListedRecipient | { readonly address: string }

/** All recipients that the server knows, wherever they stand. Its methods reject with ShellError. */
export interface RecipientListing {
  all(): AsyncIterable<ListedRecipient>
  find(address: string): Promise<ListedRecipient | undefined>
  members(group: ListedRecipient): AsyncIterable<ListedMember>
}
