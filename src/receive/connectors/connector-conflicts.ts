import type { IpRange } from '../../base/ip-range.ts'
import type { Problem } from '../../base/problem.ts'
import { formatTimeSpan } from '../../base/time-span.ts'
import { type Binding, formatBinding } from './binding.ts'
import { isWildcard } from './connector-selection.ts'
import type { ReceivingServer } from './receive-connector-defaults.ts'
import type { AuthMechanism, ReceiveConnector } from './receive-connector.ts'

/**
 * Everything that makes these connectors unfit to run together or alone. Paths start at
 * `ReceiveConnectors`; a conflict stands at the later connector and names the earlier one.
 */
export function checkReceiveConnectors(
  connectors: readonly ReceiveConnector[],
  server: ReceivingServer,
): Problem[] {
  return connectors.flatMap((connector, index) => {
    const earlier = connectors.slice(0, index)
    const own = [...settingProblems(connector, server), ...conflicts(connector, earlier, server)]
    return own.map(({ key, message }) => ({ path: ['ReceiveConnectors', index, key], message }))
  })
}

interface Finding {
  readonly key: keyof ReceiveConnector
  readonly message: string
}

function settingProblems(connector: ReceiveConnector, server: ReceivingServer): Finding[] {
  return [
    ...nameProblems(connector),
    ...mechanismProblems(connector),
    ...limitProblems(connector),
    ...(server.Role === 'Edge' ? edgeProblems(connector) : []),
  ]
}

/** Exchange keeps no more of them in one attribute of its directory. */
const mostRanges = 1300

function nameProblems({ Name, Banner, Bindings, RemoteIPRanges }: ReceiveConnector): Finding[] {
  const findings: Finding[] = []
  if (Name === '' || Name.length > 64)
    findings.push({ key: 'Name', message: 'A name must have 1 to 64 characters.' })
  if (Banner !== '' && !/^220[ -]?/.test(Banner))
    findings.push({ key: 'Banner', message: `The banner must begin with 220, not "${Banner}".` })
  if (Bindings.length === 0)
    findings.push({ key: 'Bindings', message: 'Give at least one address and port to listen on.' })
  if (RemoteIPRanges.length === 0)
    findings.push({
      key: 'RemoteIPRanges',
      message: `Give at least one range; 0.0.0.0-255.255.255.255 is all of IPv4.`,
    })
  if (RemoteIPRanges.length > mostRanges)
    findings.push({
      key: 'RemoteIPRanges',
      message: `The administrative limit for this request was exceeded. A Receive connector takes ${mostRanges} ranges at most, not ${RemoteIPRanges.length}: join neighbours to networks, or share them between two connectors.`,
    })
  return findings
}

function mechanismProblems(connector: ReceiveConnector): Finding[] {
  const has = (name: AuthMechanism) => connector.AuthMechanism.includes(name)
  const findings: Finding[] = []
  const refuse = (key: Finding['key'], message: string) => findings.push({ key, message })
  if (has('None') && connector.AuthMechanism.length > 1)
    refuse('AuthMechanism', 'None cannot be combined with another mechanism.')
  if (connector.PermissionGroups.includes('None') && connector.PermissionGroups.length > 1)
    refuse('PermissionGroups', 'None cannot be combined with another permission group.')
  if (
    connector.AnonymousRights !== undefined &&
    !connector.PermissionGroups.includes('AnonymousUsers')
  )
    refuse('AnonymousRights', 'AnonymousRights needs the permission group AnonymousUsers.')
  if (has('BasicAuthRequireTLS') && !(has('BasicAuth') && has('Tls')))
    refuse('AuthMechanism', 'BasicAuthRequireTLS needs BasicAuth and Tls beside it.')
  if (has('ExternalAuthoritative') && connector.AuthMechanism.some(notBesideExternal))
    refuse('AuthMechanism', 'ExternalAuthoritative can be combined with Tls only.')
  if (has('ExternalAuthoritative') && !connector.PermissionGroups.includes('ExchangeServers'))
    refuse('PermissionGroups', 'ExternalAuthoritative needs the permission group ExchangeServers.')
  if (connector.RequireTLS && !has('Tls') && connector.TlsMode !== 'Implicit')
    refuse('RequireTLS', 'RequireTLS needs the mechanism Tls in AuthMechanism.')
  return findings
}

function notBesideExternal(name: AuthMechanism): boolean {
  return name !== 'ExternalAuthoritative' && name !== 'Tls'
}

function limitProblems(connector: ReceiveConnector): Finding[] {
  const { ConnectionTimeout, ConnectionInactivityTimeout } = connector
  if (ConnectionInactivityTimeout < ConnectionTimeout) return []
  return [
    {
      key: 'ConnectionInactivityTimeout',
      message: `ConnectionInactivityTimeout (${formatTimeSpan(ConnectionInactivityTimeout)}) must be shorter than ConnectionTimeout (${formatTimeSpan(ConnectionTimeout)}).`,
    },
  ]
}

function edgeProblems({ TransportRole, PermissionGroups, Usage }: ReceiveConnector): Finding[] {
  const findings: Finding[] = []
  if (Usage === 'Client')
    findings.push({
      key: 'Usage',
      message:
        'The usage Client does not exist on an Edge server: use Custom, and say who may submit.',
    })
  if (TransportRole === 'FrontendTransport')
    findings.push({
      key: 'TransportRole',
      message: 'An Edge server has no Front End Transport service: leave TransportRole out.',
    })
  if (PermissionGroups.includes('ExchangeLegacyServers'))
    findings.push({
      key: 'PermissionGroups',
      message: 'ExchangeLegacyServers does not exist on an Edge server.',
    })
  return findings
}

function conflicts(
  connector: ReceiveConnector,
  earlier: readonly ReceiveConnector[],
  server: ReceivingServer,
): Finding[] {
  return earlier.flatMap((other) => {
    const name = connector.Name.toLowerCase()
    const sameName: Finding[] =
      name === other.Name.toLowerCase()
        ? [{ key: 'Name', message: `Another Receive connector has the name "${other.Name}".` }]
        : []
    return [...sameName, ...socketConflict(connector, other, server)]
  })
}

const head = (other: string, own: string) =>
  `The values that you specified for the Bindings and RemoteIPRanges parameters conflict with the settings on Receive connector "${other}" (specified for "${own}").`

function socketConflict(
  connector: ReceiveConnector,
  other: ReceiveConnector,
  server: ReceivingServer,
): Finding[] {
  const names = [`${server.Name}\\${other.Name}`, `${server.Name}\\${connector.Name}`] as const
  if (connector.TransportRole !== other.TransportRole) {
    const shared = sharedSocket(connector.Bindings, other.Bindings)
    if (shared === undefined) return []
    const rule = `Receive connectors assigned to different Transport roles on a single server must listen on unique local IP address & port bindings. Both listen on ${formatBinding(shared)}.`
    return [{ key: 'Bindings', message: `${head(...names)} ${rule}` }]
  }
  const binding = connector.Bindings.find(inList(other.Bindings))
  if (binding === undefined) return []
  const clash = rangeClash(connector.RemoteIPRanges, other.RemoteIPRanges)
  if (clash === undefined) return []
  const rule = `Receive connectors must have a unique combination of local IP address & port bindings and remote IP address ranges. Both listen on ${formatBinding(binding)}; ${clash}.`
  return [{ key: 'RemoteIPRanges', message: `${head(...names)} ${rule}` }]
}

function inList(bindings: readonly Binding[]): (binding: Binding) => boolean {
  return ({ address, port }) =>
    bindings.some((other) => other.address === address && other.port === port)
}

/** The binding of one that a socket of the other takes as well; port 0 is a free port each time. */
function sharedSocket(ours: readonly Binding[], theirs: readonly Binding[]): Binding | undefined {
  return ours.find((mine) =>
    theirs.some((other) => {
      if (mine.port !== other.port || mine.port === 0) return false
      if (mine.address === other.address) return true
      const oneFamily = mine.address.includes(':') === other.address.includes(':')
      return oneFamily && (isWildcard(mine) || isWildcard(other))
    }),
  )
}

/** Equal ranges and ranges that overlap in part are refused; one wholly inside another is fine. */
function rangeClash(ours: readonly IpRange[], theirs: readonly IpRange[]): string | undefined {
  for (const mine of ours) {
    for (const other of theirs) {
      if (mine.family !== other.family) continue
      if (mine.first === other.first && mine.last === other.last) return `both serve ${mine.text}`
      if (mine.last < other.first || other.last < mine.first) continue
      const inside =
        (mine.first >= other.first && mine.last <= other.last) ||
        (other.first >= mine.first && other.last <= mine.last)
      if (!inside) return `${mine.text} and ${other.text} overlap in part`
    }
  }
  return undefined
}
