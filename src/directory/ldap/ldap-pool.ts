import type { Clock } from '../../base/clock.ts'
import { type Milliseconds, minute, second } from '../../base/time-span.ts'
import { type LdapConnection, LdapFailure } from './ldap-connection.ts'

export interface LdapPoolOptions {
  /** Opens a connection to the first server that answers; rejects with the reasons of all. */
  readonly open: () => Promise<LdapConnection>
  readonly clock: Clock
}

const mostConnections = 4
/** Questions under way on a connection before another one is opened. */
const enoughForOne = 16
const mostQuestions = 500
/** A connection that was idle for longer is not trusted: what lies between may have forgotten it. */
const trustedFor: Milliseconds = minute
const firstPause: Milliseconds = second
const longestPause: Milliseconds = 30 * second

interface Member {
  readonly connection: LdapConnection
  questions: number
  usedAt: Milliseconds
}

/**
 * A few connections to a directory server. When it is away whoever asks is told so at once, and one question after each
 * pause finds out whether it is back.
 */
export class LdapPool implements Disposable {
  readonly #options: LdapPoolOptions
  #members: Member[] = []
  #opening: Promise<Member> | undefined
  #questions = 0
  #away:
    | { readonly reason: string; readonly until: Milliseconds; readonly pause: Milliseconds }
    | undefined
  #closed = false

  constructor(options: LdapPoolOptions) {
    this.#options = options
  }

  /** Asks by one of the connections. Rejects with an LdapFailure. */
  async use<T>(ask: (connection: LdapConnection) => Promise<T>): Promise<T> {
    const { clock } = this.#options
    if (this.#away !== undefined && clock.monotonic() < this.#away.until)
      throw new LdapFailure(this.#away.reason, true)
    if (this.#questions >= mostQuestions)
      throw new LdapFailure('too many questions are under way', false)
    this.#questions++
    try {
      const answer = await this.#askTwice(ask)
      this.#away = undefined
      return answer
    } catch (error) {
      if (!(error instanceof LdapFailure) || error.isOfConnection) this.#rest(error)
      throw error
    } finally {
      this.#questions--
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true
    for (const { connection } of this.#members) connection.close()
    this.#members = []
  }

  /** A kept connection may have ended without a word: then once more by a fresh one. */
  async #askTwice<T>(ask: (connection: LdapConnection) => Promise<T>): Promise<T> {
    const kept = this.#keptMember()
    if (kept === undefined) return await this.#ask(await this.#openMember(), ask)
    try {
      return await this.#ask(kept, ask)
    } catch (error) {
      if (kept.connection.isOpen) throw error
      return await this.#ask(await this.#openMember(), ask)
    }
  }

  async #ask<T>(member: Member, ask: (connection: LdapConnection) => Promise<T>): Promise<T> {
    member.questions++
    try {
      return await ask(member.connection)
    } catch (error) {
      if (!(error instanceof LdapFailure) || error.isOfConnection) this.#drop(member)
      throw error
    } finally {
      member.questions--
      member.usedAt = this.#options.clock.monotonic()
    }
  }

  /** The least busy connection; undefined when another one should be opened. */
  #keptMember(): Member | undefined {
    const now = this.#options.clock.monotonic()
    for (const member of this.#members) {
      const isIdle = member.questions === 0 && now - member.usedAt > trustedFor
      if (isIdle || !member.connection.isOpen) this.#drop(member)
    }
    const [first, ...others] = this.#members
    if (first === undefined) return undefined
    const least = others.reduce((a, b) => (b.questions < a.questions ? b : a), first)
    const isBusy = least.questions >= enoughForOne && this.#members.length < mostConnections
    return isBusy && this.#opening === undefined ? undefined : least
  }

  /** Whoever needs one at the same time waits for the same. */
  #openMember(): Promise<Member> {
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined))
    return this.#opening
  }

  async #open(): Promise<Member> {
    const connection = await this.#options.open()
    const member: Member = { connection, questions: 0, usedAt: this.#options.clock.monotonic() }
    if (this.#closed) {
      connection.close()
      throw new LdapFailure('the directory was closed', true)
    }
    this.#members.push(member)
    return member
  }

  #drop(member: Member): void {
    this.#members = this.#members.filter((each) => each !== member)
    member.connection.close()
  }

  #rest(error: unknown): void {
    // Those that were asked together fail together.
    if (this.#away !== undefined && this.#options.clock.monotonic() < this.#away.until) return
    const pause = Math.min(2 * (this.#away?.pause ?? firstPause / 2), longestPause)
    const reason = error instanceof Error ? error.message : String(error)
    this.#away = { reason, pause, until: this.#options.clock.monotonic() + pause }
  }
}
