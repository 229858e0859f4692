import type { User } from './user.ts'

/** `DOMAIN\name`, `name@domain` or `name`, in small letters. */
interface NameParts {
  readonly name: string
  /** Before the backslash. */
  readonly domain?: string
  /** Behind the last `@`. */
  readonly suffix?: string
}

/**
 * The users by the names that clients give them, compared without case: as they are written first; else in another of the
 * three forms, when that means one user alone. `CONTOSO\alice` is `alice@contoso.com`, as domains are called in Windows,
 * and a bare name stands for any domain; two domains of a form must be the same.
 */
export class UserNames {
  readonly #written: ReadonlyMap<string, User>
  readonly #byName = new Map<string, (readonly [NameParts, User])[]>()

  constructor(users: readonly User[]) {
    this.#written = new Map(users.map((user) => [user.UserName.toLowerCase(), user]))
    for (const user of users) {
      const parts = partsOf(user.UserName)
      const same = this.#byName.get(parts.name) ?? []
      same.push([parts, user])
      this.#byName.set(parts.name, same)
    }
  }

  find(userName: string): User | undefined {
    const wanted = userName.trim().toLowerCase()
    const written = this.#written.get(wanted)
    if (written !== undefined) return written
    const parts = partsOf(wanted)
    const meant = (this.#byName.get(parts.name) ?? []).filter(([own]) => agree(own, parts))
    return meant.length === 1 ? meant[0]?.[1] : undefined
  }
}

function partsOf(userName: string): NameParts {
  const text = userName.trim().toLowerCase()
  const backslash = text.indexOf('\\')
  if (backslash !== -1) return { name: text.slice(backslash + 1), domain: text.slice(0, backslash) }
  const at = text.lastIndexOf('@')
  return at === -1 ? { name: text } : { name: text.slice(0, at), suffix: text.slice(at + 1) }
}

function agree(one: NameParts, other: NameParts): boolean {
  if (one.domain !== undefined && other.domain !== undefined) return one.domain === other.domain
  if (one.suffix !== undefined && other.suffix !== undefined) return one.suffix === other.suffix
  const domain = one.domain ?? other.domain
  const suffix = one.suffix ?? other.suffix
  return domain === undefined || suffix === undefined || suffix.split('.')[0] === domain
}
