import type { Awaitable } from '../../base/awaitable.ts'
import type { Clock } from '../../base/clock.ts'
import { type Milliseconds, minute } from '../../base/time-span.ts'
import { comparableAddress } from '../../message/comparable-address.ts'
import type { Directory, DirectoryAnswer, DirectoryRecipient, MembersAnswer } from '../directory.ts'
import type { LdapSettings } from '../directory-schema.ts'
import type { DirectoryLog } from '../directory-log.ts'
import { LdapAccounts } from './ldap-accounts.ts'
import { AnswerCache } from './answer-cache.ts'
import { type LdapConnection, LdapFailure, type OpenLdap } from './ldap-connection.ts'
import { membersOf } from './ldap-members.ts'
import { LdapPool } from './ldap-pool.ts'
import { addressQuery, allRecipientsQuery, recipientOf } from './ldap-recipient.ts'

export interface LdapDirectoryOptions {
  readonly settings: LdapSettings
  readonly cacheTime: Milliseconds
  readonly clock: Clock
  readonly log: DirectoryLog
  readonly open: OpenLdap
  /** A server that was away answers again. */
  readonly onBack?: () => void
}

/** Addresses that somebody guesses do not push out those that are there. */
const mostFound = 50_000
const mostUnknown = 50_000
const unknownFor: Milliseconds = minute

/** Recipients that a directory server knows. What it said is believed for a time; away, it leaves them in doubt. */
export class LdapDirectory implements Directory, AsyncDisposable {
  readonly #options: LdapDirectoryOptions
  readonly #pool: LdapPool
  readonly #found: AnswerCache<DirectoryAnswer>
  readonly #unknown: AnswerCache<DirectoryAnswer>
  readonly #underWay = new Map<string, Promise<DirectoryAnswer>>()
  /** The entries of the groups that were found. */
  readonly #groups = new WeakMap<DirectoryRecipient, string>()
  readonly accounts: LdapAccounts
  #isAway = false

  constructor(options: LdapDirectoryOptions) {
    const { clock } = options
    this.#options = options
    this.#pool = new LdapPool({ open: () => this.#open(), clock })
    this.accounts = new LdapAccounts({
      ...options,
      use: async (ask) => await this.use(ask),
      connect: async () => await this.#open('nobody'),
    })
    this.#found = new AnswerCache(clock, mostFound)
    this.#unknown = new AnswerCache(clock, mostUnknown)
  }

  /** A server is named: its recipients count whether it answers or not. */
  readonly hasRecipients = true

  find(address: string): Awaitable<DirectoryAnswer> {
    const key = comparableAddress(address)
    const known = this.#found.get(key) ?? this.#unknown.get(key)
    if (known !== undefined) return known
    const asked = this.#underWay.get(key)
    if (asked !== undefined) return asked
    const answer = this.#ask(key).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, answer)
    return answer
  }

  async members(group: DirectoryRecipient): Promise<MembersAnswer> {
    const { settings } = this.#options
    const dn = this.#groups.get(group)
    if (dn === undefined) return { kind: 'found', addresses: [], unknown: [] }
    try {
      return await this.use((connection) => membersOf(connection, dn, settings))
    } catch (error) {
      return { kind: 'unavailable', reason: reasonOf(error) }
    }
  }

  /** All recipients, page by page. Rejects with an LdapFailure. */
  async *recipients(): AsyncGenerator<DirectoryRecipient, void> {
    const { settings } = this.#options
    const connection = await this.#open()
    try {
      for await (const page of connection.pages(allRecipientsQuery(settings)))
        for (const entry of page) {
          const recipient = recipientOf(entry, settings)
          if (recipient !== undefined) yield recipient
        }
    } finally {
      connection.close()
    }
  }

  /** Asks the server. Rejects with an LdapFailure; that it is away, and is back, is told. */
  async use<T>(ask: (connection: LdapConnection) => Promise<T>): Promise<T> {
    try {
      const answer = await this.#pool.use(ask)
      this.#tell(undefined)
      return answer
    } catch (error) {
      this.#tell(reasonOf(error))
      throw error
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#pool[Symbol.dispose]()
    return Promise.resolve()
  }

  async #ask(address: string): Promise<DirectoryAnswer> {
    const { settings, cacheTime } = this.#options
    try {
      const entries = await this.use((connection) =>
        connection.search(addressQuery(address, settings)),
      )
      for (const entry of entries) {
        const recipient = recipientOf(entry, settings)
        if (recipient === undefined) continue
        if (recipient.type === 'DistributionGroup') this.#groups.set(recipient, entry.dn)
        const answer: DirectoryAnswer = { kind: 'found', recipient }
        this.#found.set(address, answer, cacheTime)
        return answer
      }
      const nobody: DirectoryAnswer = { kind: 'unknown' }
      this.#unknown.set(address, nobody, Math.min(cacheTime, unknownFor))
      return nobody
    } catch (error) {
      return { kind: 'unavailable', reason: reasonOf(error) }
    }
  }

  /** The first server that answers; else the reasons of all. */
  async #open(as: 'relay' | 'nobody' = 'relay'): Promise<LdapConnection> {
    const { Url, StartTls, Timeout, CaFile, BindDn, PasswordFile } = this.#options.settings
    const reasons: string[] = []
    for (const url of Url) {
      try {
        return await this.#options.open({
          url,
          startTls: StartTls,
          timeout: Timeout,
          caFile: CaFile,
          bindDn: as === 'relay' ? BindDn : undefined,
          passwordFile: PasswordFile,
        })
      } catch (error) {
        reasons.push(`${url}: ${reasonOf(error)}`)
      }
    }
    throw new LdapFailure(reasons.join('; '), true)
  }

  #tell(reason: string | undefined): void {
    const { log, settings, onBack } = this.#options
    const isAway = reason !== undefined
    if (isAway === this.#isAway) return
    this.#isAway = isAway
    if (isAway)
      log.error(
        `the directory cannot be asked (${reason}); recipients that are not known from before are answered 451`,
      )
    else {
      log.info(`the directory answers again (${settings.Url.join(', ')})`)
      onBack?.()
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
