import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import { type Milliseconds, minute } from '../base/time-span.ts'
import { hashPassword, verifyPassword } from './password.ts'
import type { User } from './user.ts'

/** What came of a log-in. `Busy`: too many are being checked; the client may try again. */
export type Verification =
  | { readonly kind: 'verified'; readonly user: User }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable'; readonly reason: string }

/** Hashes in work at a time; each takes a core for some 60 ms, on Node's thread pool. */
const maximumRunning = 2
const maximumWaiting = 200
/** How long a verified password is remembered, so that a busy client does not hash at each session. */
const rememberFor: Milliseconds = 5 * minute
const maximumRemembered = 10_000

interface Remembered {
  readonly proof: Buffer
  readonly until: Milliseconds
}

/**
 * The accounts that may authenticate. A wrong name costs as much as a wrong password, and a flood of
 * log-ins is checked a few at a time.
 */
export class UserDirectory {
  readonly #users: Live<readonly User[]>
  readonly #clock: Clock
  readonly #key = randomBytes(32)
  readonly #remembered = new Map<string, Remembered>()
  readonly #waiting: (() => void)[] = []
  readonly #plainHashes = new Map<string, Promise<string>>()
  #running = 0
  #index:
    { readonly users: readonly User[]; readonly byName: ReadonlyMap<string, User> } | undefined

  constructor(users: Live<readonly User[]>, clock: Clock) {
    this.#users = users
    this.#clock = clock
  }

  /** The account of this name (`name`, `DOMAIN\name`, `name@domain`), compared without case. */
  find(userName: string): User | undefined {
    const users = this.#users.current
    if (this.#index?.users !== users) {
      this.#index = {
        users,
        byName: new Map(users.map((user) => [user.UserName.toLowerCase(), user])),
      }
      this.#remembered.clear()
      this.#plainHashes.clear()
    }
    return this.#index.byName.get(userName.trim().toLowerCase())
  }

  /**
   * Checks a name and password. An empty password fits nobody, not even one whose PasswordFile is
   * empty for the moment in which it is written anew. Never rejects.
   */
  async verify(userName: string, password: string): Promise<Verification> {
    const user = password === '' ? undefined : this.find(userName)
    if (user !== undefined && this.#remembers(user, password)) return { kind: 'verified', user }
    if (!(await this.#enter())) return { kind: 'unavailable', reason: 'too many log-ins at a time' }
    try {
      // A crowd of one user's sessions waits here; the first of them has answered for all.
      if (user !== undefined && this.#remembers(user, password)) return { kind: 'verified', user }
      const good = await verifyPassword(password, await this.#hashOf(user))
      if (!good || user === undefined) return { kind: 'refused' }
      this.#remember(user, password)
      return { kind: 'verified', user }
    } catch (error) {
      return { kind: 'unavailable', reason: `cannot check the password: ${String(error)}` }
    } finally {
      this.#leave()
    }
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

  #remembers(user: User, password: string): boolean {
    const entry = this.#remembered.get(user.UserName)
    if (entry === undefined || entry.until <= this.#clock.monotonic()) return false
    return timingSafeEqual(entry.proof, this.#proof(user.UserName, password))
  }

  #remember(user: User, password: string): void {
    if (this.find(user.UserName) !== user) return
    if (this.#remembered.size >= maximumRemembered) this.#remembered.clear()
    const until = this.#clock.monotonic() + rememberFor
    this.#remembered.set(user.UserName, { proof: this.#proof(user.UserName, password), until })
  }

  #proof(name: string, password: string): Buffer {
    return createHmac('sha256', this.#key).update(`${name}\0${password}`).digest()
  }

  async #enter(): Promise<boolean> {
    if (this.#running < maximumRunning) {
      this.#running++
      return true
    }
    if (this.#waiting.length >= maximumWaiting) return false
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return true
  }

  /** Hands the place on to the next that waits, or frees it. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}
