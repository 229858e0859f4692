import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Awaitable } from '../../base/awaitable.ts'
import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { type Milliseconds, minute } from '../../base/time-span.ts'
import {
  type AccountAnswer,
  type DirectoryAccount,
  type DirectoryAccounts,
  noAccounts,
} from '../../directory/accounts.ts'
import type { Endpoint } from '../../message/message-sink.ts'
import { type Checked, LogonPlaces } from './logon-places.ts'
import { hashPassword, verifyPassword } from './password.ts'
import type { User } from './user.ts'
import { UserNames } from './user-names.ts'

/** What came of a log-in. `unavailable`: it could not be checked; the client may try again. */
export type Verification =
  | { readonly kind: 'verified'; readonly user: User }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable'; readonly reason: string }

/** How long a verified password is remembered, so that a busy client does not hash at each session. */
const rememberFor: Milliseconds = 5 * minute
const maximumRemembered = 10_000

export interface Credentials {
  readonly userName: string
  readonly password: string
}

/** Who asks. */
export interface LogonClient {
  readonly remote: Endpoint
  /** Aborts when the client is gone: nobody waits for the answer any more. */
  readonly ended: AbortSignal
}

/** A check under way, for all who sent the same from the same source. */
interface CheckUnderWay {
  readonly verification: Promise<Verification>
  readonly gone: AbortController
  clients: number
}

interface Remembered {
  readonly user: User
  readonly proof: Buffer
  readonly until: Milliseconds
}

/** What there is to know of an account without its password. */
export type KnownUser =
  | { readonly kind: 'found'; readonly user: User }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable'; readonly reason: string }

/**
 * The accounts that may authenticate: the users of the configuration, then those of a directory. A wrong name costs as much as a wrong password, and a flood of
 * log-ins is checked a few at a time, source by source.
 */
export class UserDirectory {
  readonly #users: Live<readonly User[]>
  readonly #clock: Clock
  readonly #key = randomBytes(32)
  readonly #verified = new Map<string, Remembered>()
  readonly #accounts: DirectoryAccounts
  readonly #places: LogonPlaces
  /** A directory that is slow to answer keeps nobody waiting but those that it has to answer for. */
  readonly #directoryPlaces: LogonPlaces
  readonly #underWay = new Map<string, CheckUnderWay>()
  readonly #plainHashes = new Map<string, Promise<string>>()
  #index: { readonly users: readonly User[]; readonly names: UserNames } | undefined

  constructor(users: Live<readonly User[]>, clock: Clock, accounts = noAccounts) {
    this.#users = users
    this.#clock = clock
    this.#accounts = accounts
    this.#places = new LogonPlaces(clock)
    this.#directoryPlaces = new LogonPlaces(clock)
  }

  /** The user of the configuration whom this name means; see `UserNames`. */
  find(userName: string): User | undefined {
    const users = this.#users.current
    if (this.#index?.users !== users) {
      this.#index = { users, names: new UserNames(users) }
      this.#verified.clear()
      this.#plainHashes.clear()
      this.#underWay.clear()
    }
    return this.#index.names.find(userName)
  }

  /** The account of this name, of the configuration or of the directory. */
  known(userName: string): Awaitable<KnownUser> {
    const user = this.find(userName)
    if (user !== undefined) return { kind: 'found', user }
    if (!this.#accounts.hasAccounts) return { kind: 'unknown' }
    const answer = this.#accounts.account(userName)
    return answer instanceof Promise ? answer.then(knownUser) : knownUser(answer)
  }

  /**
   * Checks a name and password. An empty password fits nobody, not even one whose PasswordFile is
   * empty for the moment in which it is written anew. Never rejects.
   */
  async verify(credentials: Credentials, client: LogonClient): Promise<Verification> {
    const { userName, password } = credentials
    const user = password === '' ? undefined : this.find(userName)
    const known = this.#remembered(user?.UserName ?? ofDirectory(userName), password)
    if (known !== undefined) return { kind: 'verified', user: known }
    if (client.ended.aborted) return unavailable('the client is gone')
    const { address } = client.remote
    const key = this.#proof(`${address}\0${userName.toLowerCase()}`, password).toString('hex')
    const check = this.#underWay.get(key) ?? this.#check(key, address, credentials)
    const leave = () => {
      check.clients--
      if (check.clients === 0) check.gone.abort()
    }
    check.clients++
    client.ended.addEventListener('abort', leave, { once: true })
    try {
      return await check.verification
    } finally {
      client.ended.removeEventListener('abort', leave)
    }
  }

  /** Begins a check; a crowd of one user's sessions waits for the same. */
  #check(key: string, address: string, credentials: Credentials): CheckUnderWay {
    const gone = new AbortController()
    const { userName, password } = credentials
    const isOfDirectory =
      password !== '' && this.#accounts.hasAccounts && this.find(userName) === undefined
    const verification = (isOfDirectory ? this.#directoryPlaces : this.#places)
      .use(address, gone.signal, () =>
        isOfDirectory ? this.#ask(credentials) : this.#compare(credentials),
      )
      .then((result) => result ?? unavailable('too many log-ins at a time'))
      .catch((error: unknown) => unavailable(`cannot check the password: ${String(error)}`))
      .finally(() => {
        if (this.#underWay.get(key) === check) this.#underWay.delete(key)
      })
    const check = { verification, gone, clients: 0 }
    this.#underWay.set(key, check)
    return check
  }

  async #compare({ userName, password }: Credentials): Promise<Checked<Verification>> {
    const user = password === '' ? undefined : this.find(userName)
    // Another source of the same user may have been first.
    if (user !== undefined && this.#remembered(user.UserName, password) !== undefined)
      return { right: true, result: { kind: 'verified', user } }
    const good = await verifyPassword(password, await this.#hashOf(user))
    if (!good || user === undefined) return { right: false, result: { kind: 'refused' } }
    this.#remember(user, password)
    return { right: true, result: { kind: 'verified', user } }
  }

  async #ask({ userName, password }: Credentials): Promise<Checked<Verification>> {
    const key = ofDirectory(userName)
    const known = this.#remembered(key, password)
    if (known !== undefined) return { right: true, result: { kind: 'verified', user: known } }
    const answer = await this.#accounts.logOn(userName, password)
    if (answer.kind !== 'verified') return { right: answer.kind !== 'refused', result: answer }
    const user = userOf(answer.account)
    this.#keep(key, password, user)
    return { right: true, result: { kind: 'verified', user } }
  }

  /** The account's hash; for an unknown name one that no password fits, at the same cost. */
  async #hashOf(user: User | undefined): Promise<string> {
    if (user?.PasswordHash !== undefined) return user.PasswordHash
    if (user?.PasswordFile !== undefined) {
      const [firstLine = ''] = (await readFile(user.PasswordFile, 'utf8')).split(/\r?\n/, 1)
      return await this.#plainHash(`file ${user.UserName}`, firstLine)
    }
    const plain = user?.Password ?? randomBytes(32).toString('hex')
    return await this.#plainHash(user === undefined ? 'nobody' : `plain ${user.UserName}`, plain)
  }

  /** A password that stands in clear is hashed once, so it costs what a hashed one does. */
  #plainHash(key: string, password: string): Promise<string> {
    const proof = key === 'nobody' ? key : `${key} ${this.#proof(key, password).toString('hex')}`
    let hash = this.#plainHashes.get(proof)
    if (hash === undefined) {
      hash = hashPassword(password)
      this.#plainHashes.set(proof, hash)
    }
    return hash
  }

  /** The account, when this password was right for the name a short time ago. */
  #remembered(name: string, password: string): User | undefined {
    const entry = this.#verified.get(name)
    if (entry === undefined || entry.until <= this.#clock.monotonic()) return undefined
    return timingSafeEqual(entry.proof, this.#proof(name, password)) ? entry.user : undefined
  }

  #remember(user: User, password: string): void {
    if (this.find(user.UserName) === user) this.#keep(user.UserName, password, user)
  }

  #keep(name: string, password: string, user: User): void {
    if (this.#verified.size >= maximumRemembered) this.#verified.clear()
    const until = this.#clock.monotonic() + rememberFor
    this.#verified.set(name, { user, proof: this.#proof(name, password), until })
  }

  #proof(name: string, password: string): Buffer {
    return createHmac('sha256', this.#key).update(`${name}\0${password}`).digest()
  }
}

/** What an account of the directory is remembered by; no user has such a name. */
function ofDirectory(userName: string): string {
  return `directory\0${userName.trim().toLowerCase()}`
}

function knownUser(answer: AccountAnswer): KnownUser {
  return answer.kind === 'found' ? { kind: 'found', user: userOf(answer.account) } : answer
}

function userOf({ name, addresses, groups }: DirectoryAccount): User {
  return { UserName: name, Groups: [...groups], EmailAddresses: addresses }
}

function unavailable(reason: string): Verification {
  return { kind: 'unavailable', reason }
}
