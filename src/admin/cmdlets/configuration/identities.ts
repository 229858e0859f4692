import type { ServerIdentity } from '../../../config/server-config.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { hasWildcards, wildcard } from '../../../base/wildcard.ts'
import { isThisServer } from './this-server.ts'

/** Where objects are looked for, and what they are called. */
export interface Place<T> {
  readonly server: ServerIdentity
  /** `ReceiveConnector`, for errors. */
  readonly type: string
  readonly nameOf: (item: T) => string
  /** Whether an identity may be `SERVER\name`. */
  readonly ofServer?: boolean
  /** Whether the object is one of this kind, where a list holds several. */
  readonly isOf?: ((item: T) => boolean) | undefined
  /** What else an object may be called: its addresses. */
  readonly othersOf?: ((item: T) => readonly string[]) | undefined
}

/** The items that an identity with wildcards means; without wildcards it must mean one. */
export function matching<T>(
  items: readonly T[],
  identity: string | undefined,
  place: Place<T>,
): readonly T[] {
  const { isOf = () => true } = place
  if (identity === undefined) return items.filter(isOf)
  const name = withoutServer(identity, place)
  if (!hasWildcards(name)) return [named(items, identity, place).item]
  const matches = wildcard(name)
  return items.filter((item) => isOf(item) && matches(place.nameOf(item)))
}

/** The one item that an identity means, with its position. Throws ShellError when there is none. */
export function named<T>(items: readonly T[], identity: string, place: Place<T>) {
  const wanted = withoutServer(identity, place).toLowerCase()
  const { isOf = () => true, othersOf = () => [] } = place
  const isNamed = (item: T) => isOf(item) && place.nameOf(item).toLowerCase() === wanted
  const isAlsoNamed = (item: T) =>
    isOf(item) && othersOf(item).some((name) => name.toLowerCase() === wanted)
  const byName = items.findIndex(isNamed)
  const index = byName === -1 ? items.findIndex(isAlsoNamed) : byName
  const item = items[index]
  if (item === undefined) throw notFound(identity, place.server, place.type)
  return { item, index }
}

/** Exchange's words for an identity that means nothing. */
export function notFound(identity: string, server: ServerIdentity, type: string): ShellError {
  return new ShellError(
    `The operation couldn't be performed because object '${identity}' couldn't be found on '${server.Name}'.`,
    {
      ...{ id: 'ManagementObjectNotFound', target: identity, targetType: type },
      category: 'ObjectNotFound',
      reason: 'ManagementObjectNotFoundException',
    },
  )
}

function withoutServer<T>(identity: string, { server, ofServer = false }: Place<T>): string {
  const backslash = identity.indexOf('\\')
  if (!ofServer || backslash === -1) return identity
  const owner = identity.slice(0, backslash)
  return isThisServer(owner, server) || hasWildcards(owner)
    ? identity.slice(backslash + 1)
    : identity
}
