import type { Permission, Permissions } from '../../message/permission.ts'
import { permissionNames } from '../../message/permission.ts'
import type { AnonymousRight, PermissionGroup, ReceiveConnector } from './receive-connector.ts'
import type { User } from '../users/user.ts'

/** Whose rights are asked for; a user with the groups that the account is in. */
export type Party =
  | { readonly kind: 'Anonymous' | 'ExchangeServer' | 'ExternallySecured' }
  | { readonly kind: 'User'; readonly groups: User['Groups'] }

/** What the group AnonymousUsers may do where a connector does not say it itself. */
export const usualAnonymousRights: readonly AnonymousRight[] = [
  'SMTPSubmit',
  'SMTPAcceptAuthoritativeDomainSender',
  'AcceptRoutingHeaders',
]

const sender = anonymousPermissions(usualAnonymousRights)

/** A server trusted from outside: all but the organisation's own headers and the reserved rights. */
const securedServer: readonly Permission[] = [
  ...sender,
  'SMTPAcceptAnyRecipient',
  'SMTPAcceptAuthenticationFlag',
  'SMTPAcceptEXCH50',
  'BypassAntiSpam',
  'BypassMessageSizeLimit',
]

const rights = {
  Anonymous: new Set(sender),
  ExchangeUsers: new Set<Permission>([
    'SMTPSubmit',
    'SMTPAcceptAnyRecipient',
    'BypassAntiSpam',
    'AcceptRoutingHeaders',
  ]),
  ExchangeServers: new Set(permissionNames),
  ExternallySecured: new Set(securedServer),
  Partners: new Set<Permission>(['SMTPSubmit', 'AcceptRoutingHeaders']),
} as const satisfies Readonly<Record<string, Permissions>>

/**
 * What an account may do by its groups. To hand sessions over, and to have connections opened, takes the
 * certificate that our own services alone have: with a password anybody's name could be borrowed.
 */
const accountRights: Readonly<Record<User['Groups'][number], Permissions>> = {
  ...rights,
  ExchangeServers: rights.ExchangeServers.difference(new Set(['SMTPAcceptXProxyFrom'])),
}

const noRights: Permissions = new Set()

export type ConnectorRights = Pick<ReceiveConnector, 'PermissionGroups' | 'AnonymousRights'>

/**
 * The rights a party has on a connector: those of each permission group that the connector grants and
 * the party belongs to. A party that proved who it is does not keep the rights of AnonymousUsers.
 */
export function permissionsFor(
  party: Party,
  { PermissionGroups: groups, AnonymousRights: given }: ConnectorRights,
): Permissions {
  switch (party.kind) {
    case 'Anonymous':
      if (!groups.includes('AnonymousUsers')) return noRights
      return given === undefined ? rights.Anonymous : new Set(anonymousPermissions(given))
    case 'ExchangeServer':
      return groups.includes('ExchangeServers') ? rights.ExchangeServers : noRights
    case 'ExternallySecured':
      return groups.includes('ExchangeServers') ? rights.ExternallySecured : noRights
    case 'User':
      return userRights(party.groups, groups)
  }
}

/** Any sender, and what is given, in the order in which the protocol log tells them. */
function anonymousPermissions(given: readonly AnonymousRight[]): readonly Permission[] {
  const all = new Set<Permission>(['SMTPAcceptAnySender', ...given])
  return permissionNames.filter((name) => all.has(name))
}

function userRights(memberships: User['Groups'], groups: readonly PermissionGroup[]): Permissions {
  const granted = memberships.filter((group) => groups.includes(group))
  const [only] = granted
  if (only !== undefined && granted.length === 1) return accountRights[only]
  return new Set(granted.flatMap((group) => [...accountRights[group]]))
}
