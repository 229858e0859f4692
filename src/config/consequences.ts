import type { Problem } from '../base/problem.ts'

/** Settings that rules speak of together: when one of them cannot be read, nothing is known of the others. */
const companions: readonly (readonly string[])[] = [
  ['AuthMechanism', 'PermissionGroups', 'AnonymousRights', 'RequireTLS', 'TlsMode', 'Usage'],
  ['ConnectionTimeout', 'ConnectionInactivityTimeout'],
  ['TransportRole', 'Bindings', 'RemoteIPRanges'],
  [
    ...['DNSRoutingEnabled', 'SmartHosts', 'SmartHostAuthMechanism', 'AuthenticationCredential'],
    ...['ForceHELO', 'IgnoreSTARTTLS', 'RequireTLS', 'TlsAuthLevel', 'TlsDomain'],
  ],
  ['MaxOutboundConnections', 'MaxPerDomainOutboundConnections'],
  ...[
    'AgentLog',
    'ConnectivityLog',
    'ReceiveProtocolLog',
    'SendProtocolLog',
    'MessageTrackingLog',
  ].map((log) => [...[`${log}MaxFileSize`, `${log}MaxDirectorySize`, 'Workers']]),
]

/**
 * Whether a problem between settings may only follow from one that could not be read, which is told by
 * itself. `isUnread` says so of a setting, or of anything in an entry.
 */
export function isConsequence(
  path: Problem['path'],
  isUnread: (path: Problem['path']) => boolean,
): boolean {
  const inEntry = typeof path[1] === 'number'
  const place = path.slice(0, inEntry ? 2 : 1)
  const setting = path[place.length]
  if (typeof setting !== 'string') return isUnread(place)
  const together = companions.filter((names) => names.includes(setting)).flat()
  return [setting, ...together].some((name) => isUnread([...place, name]))
}
