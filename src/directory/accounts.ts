import type { Awaitable } from '../base/awaitable.ts'

/** What an account can be a member of; connectors grant rights to these. */
export const accountGroups = ['ExchangeUsers', 'ExchangeServers', 'Partners'] as const

export type AccountGroup = (typeof accountGroups)[number]

/** Somebody who may log in. */
export interface DirectoryAccount {
  /** By which it is found again, whatever the client called it. */
  readonly name: string
  /** What it may send as. */
  readonly addresses: readonly string[]
  readonly groups: readonly AccountGroup[]
}

interface Unavailable {
  readonly kind: 'unavailable'
  readonly reason: string
}

export type AccountAnswer =
  | { readonly kind: 'found'; readonly account: DirectoryAccount }
  | { readonly kind: 'unknown' }
  | Unavailable

export type LogonAnswer =
  | { readonly kind: 'verified'; readonly account: DirectoryAccount }
  | { readonly kind: 'refused' }
  | Unavailable

/** The accounts that a directory has beside those of the configuration. Its methods never reject. */
export interface DirectoryAccounts {
  /** There are any: without, nobody is asked. */
  readonly hasAccounts: boolean
  /** The account of `name`, `DOMAIN\name` or `name@domain`. */
  account(userName: string): Awaitable<AccountAnswer>
  /** Checks a password, which is not empty. A wrong name takes as long as a wrong password. */
  logOn(userName: string, password: string): Promise<LogonAnswer>
}

/** No directory has accounts. */
export const noAccounts: DirectoryAccounts = {
  hasAccounts: false,
  account: () => ({ kind: 'unknown' }),
  logOn: () => Promise.resolve({ kind: 'refused' }),
}
