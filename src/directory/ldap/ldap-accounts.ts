import { randomUUID } from 'node:crypto'
import type { Awaitable } from '../../base/awaitable.ts'
import type { Clock } from '../../base/clock.ts'
import { type Milliseconds, minute } from '../../base/time-span.ts'
import {
  type AccountAnswer,
  type AccountGroup,
  type DirectoryAccount,
  type DirectoryAccounts,
  type LogonAnswer,
  accountGroups,
} from '../accounts.ts'
import type { LdapSettings } from '../directory-schema.ts'
import { AnswerCache } from './answer-cache.ts'
import {
  type LdapConnection,
  type LdapEntry,
  LdapFailure,
  escaped,
  resultCodes,
} from './ldap-connection.ts'
import { recipientAttributes, recipientOf, valuesOf } from './ldap-recipient.ts'

export interface LdapAccountsOptions {
  readonly settings: LdapSettings
  readonly cacheTime: Milliseconds
  readonly clock: Clock
  /** Asks by a connection of the relay's own. */
  readonly use: <T>(ask: (connection: LdapConnection) => Promise<T>) => Promise<T>
  /** Opens a connection on which nobody has logged in. */
  readonly connect: () => Promise<LdapConnection>
}

interface FoundAccount {
  readonly dn: string
  readonly account: DirectoryAccount
}

const mostKnown = 10_000

/** Answers to a log-in that mean that this name has no such password. */
const saysNo: readonly (number | undefined)[] = [
  resultCodes.noSuchObject,
  resultCodes.invalidDnSyntax,
  resultCodes.inappropriateAuthentication,
  resultCodes.invalidCredentials,
  resultCodes.unwillingToPerform,
]

/** The accounts of a directory server: who can log in there with a password can here, too. */
export class LdapAccounts implements DirectoryAccounts {
  readonly #options: LdapAccountsOptions
  readonly #known: AnswerCache<AccountAnswer>

  constructor(options: LdapAccountsOptions) {
    this.#options = options
    this.#known = new AnswerCache(options.clock, mostKnown)
  }

  get hasAccounts(): boolean {
    return this.#options.settings.LogonEnabled
  }

  account(userName: string): Awaitable<AccountAnswer> {
    return this.#known.get(userName.toLowerCase()) ?? this.#look(userName)
  }

  async logOn(userName: string, password: string): Promise<LogonAnswer> {
    try {
      const found = await this.#find(userName)
      if (found === 'several') return { kind: 'refused' }
      // Who is not there is asked for as well: a wrong name takes as long as a wrong password.
      const dn = found?.dn ?? `CN=${randomUUID()},${this.#options.settings.BaseDn}`
      const isRight = await this.#isPassword(dn, password)
      if (!isRight || found === undefined) return { kind: 'refused' }
      return { kind: 'verified', account: found.account }
    } catch (error) {
      return { kind: 'unavailable', reason: reasonOf(error) }
    }
  }

  async #look(userName: string): Promise<AccountAnswer> {
    try {
      const found = await this.#find(userName)
      if (found === undefined || found === 'several') return { kind: 'unknown' }
      const answer: AccountAnswer = { kind: 'found', account: found.account }
      this.#known.set(userName.toLowerCase(), answer, Math.min(this.#options.cacheTime, minute))
      return answer
    } catch (error) {
      return { kind: 'unavailable', reason: reasonOf(error) }
    }
  }

  /** On a connection of its own: a log-in changes whom the server takes the connection for. */
  async #isPassword(dn: string, password: string): Promise<boolean> {
    const connection = await this.#options.connect()
    try {
      return await connection.bind(dn, password)
    } catch (error) {
      // An entry that has no password, or is none.
      if (error instanceof LdapFailure && saysNo.includes(error.code)) return false
      throw error
    } finally {
      connection.close()
    }
  }

  async #find(userName: string): Promise<FoundAccount | 'several' | undefined> {
    const { settings, use } = this.#options
    const name = nameIn(userName, settings.LogonDomain)
    if (name === undefined || name === '') return undefined
    return await use(async (connection) => {
      const [entry, ...others] = await connection.search({
        ...{ base: settings.BaseDn, scope: 'sub', filter: accountFilter(name, settings) },
        attributes: [...recipientAttributes(settings), ...settings.LogonAttributes],
      })
      if (entry === undefined) return undefined
      if (others.length > 0) return 'several'
      return { dn: entry.dn, account: await accountOf(connection, entry, settings) }
    })
  }
}

/** What is looked for of `DOMAIN\name`; undefined when the domain is another. */
export function nameIn(userName: string, domain: string | undefined): string | undefined {
  const [, given = '', name = ''] = /^([^\\]*)\\(.*)$/s.exec(userName.trim()) ?? []
  if (!userName.includes('\\')) return userName.trim()
  const isOurs = domain === undefined || given.toLowerCase() === domain.toLowerCase()
  return isOurs ? name.trim() : undefined
}

function accountFilter(name: string, settings: LdapSettings): string {
  const { LogonAttributes, LogonFilter = '' } = settings
  const either = LogonAttributes.map((attribute) => `(${attribute}=${escaped(name)})`).join('')
  return `(&(|${either})${LogonFilter})`
}

async function accountOf(
  connection: LdapConnection,
  entry: LdapEntry,
  settings: LdapSettings,
): Promise<DirectoryAccount> {
  const [name = entry.dn] = settings.LogonAttributes.flatMap((each) => valuesOf(entry, each))
  const groups = new Set<AccountGroup>(['ExchangeUsers'])
  for (const { Dn, Groups } of settings.LogonGroups)
    if (await isMember(connection, { group: Dn, member: entry.dn }, settings))
      for (const group of Groups) groups.add(group)
  return {
    name,
    addresses: recipientOf(entry, settings)?.addresses ?? [],
    groups: accountGroups.filter((group) => groups.has(group)),
  }
}

async function isMember(
  connection: LdapConnection,
  { group, member }: { readonly group: string; readonly member: string },
  { MemberAttribute }: LdapSettings,
): Promise<boolean> {
  try {
    const found = await connection.search({
      ...{ base: group, scope: 'base', filter: `(${MemberAttribute}=${escaped(member)})` },
      attributes: ['cn'],
    })
    return found.length > 0
  } catch (error) {
    if (error instanceof LdapFailure && error.code === resultCodes.noSuchObject) return false
    throw error
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
