import type { Milliseconds } from '../../base/time-span.ts'

/** An entry of a directory server, as far as it was asked for. */
export interface LdapEntry {
  readonly dn: string
  /** The values of each attribute, by its name in lower case. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
}

export interface LdapQuery {
  readonly base: string
  readonly scope: 'sub' | 'base'
  /** As RFC 4515 writes it. */
  readonly filter: string
  readonly attributes: readonly string[]
}

/** A connection to a directory server, logged in. Many questions may be under way at a time. */
export interface LdapConnection {
  readonly isOpen: boolean
  /** Rejects with an LdapFailure. */
  search(query: LdapQuery): Promise<readonly LdapEntry[]>
  /** The same in pages, for what may be long. */
  pages(query: LdapQuery): AsyncIterable<readonly LdapEntry[]>
  /** Whether the password is that of this entry. Rejects with an LdapFailure when that cannot be found out. */
  bind(dn: string, password: string): Promise<boolean>
  close(): void
}

/** What opening needs of the settings. */
export interface LdapServer {
  readonly url: string
  readonly startTls: boolean
  readonly timeout: Milliseconds
  readonly caFile?: string | undefined
  readonly bindDn?: string | undefined
  readonly passwordFile?: string | undefined
}

export type OpenLdap = (server: LdapServer) => Promise<LdapConnection>

/** Why a question has no answer; the text never has a credential. */
export class LdapFailure extends Error {
  override readonly name = 'LdapFailure'
  /** The connection is of no more use. */
  readonly isOfConnection: boolean
  /** The server's result code (RFC 4511 4.1.9), where it gave one. */
  readonly code: number | undefined

  constructor(message: string, isOfConnection: boolean, code?: number) {
    super(message)
    this.isOfConnection = isOfConnection
    this.code = code
  }
}

/** RFC 4511 4.1.9. */
export const resultCodes = {
  noSuchObject: 32,
  invalidDnSyntax: 34,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
}

/** Escapes what stands for itself in a filter (RFC 4515 3). */
export function escaped(value: string): string {
  return value.replace(
    /[\\*()\0]/g,
    (char) => `\\${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
