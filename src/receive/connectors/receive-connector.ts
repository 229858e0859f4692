import { z } from 'zod'
import {
  byteSize,
  count,
  countOrUnlimited,
  flag,
  ipRange,
  list,
  oneOf,
  rangeNotation,
  text,
  timeSpan,
} from '../../base/setting-fields.ts'
import { type Milliseconds, day, minute, second } from '../../base/time-span.ts'
import type { Permission } from '../../message/permission.ts'
import { type IpRange, allIpv4, parseIpRange } from '../../base/ip-range.ts'
import { type Binding, parseBinding } from './binding.ts'
import { binding, bindingNotation } from './binding-field.ts'
import { availableFlags, unavailable } from './unavailable-setting.ts'

const maximumBytes = 2 ** 31 - 1

export const authMechanisms = [
  'None',
  'Tls',
  'BasicAuth',
  'BasicAuthRequireTLS',
  'ExchangeServer',
  'ExternalAuthoritative',
] as const
export type AuthMechanism = (typeof authMechanisms)[number]

export const permissionGroups = [
  'None',
  'AnonymousUsers',
  'ExchangeUsers',
  'ExchangeServers',
  'ExchangeLegacyServers',
  'Partners',
] as const
export type PermissionGroup = (typeof permissionGroups)[number]

/** The rights that senders without log-in can be given or refused one by one. */
export const anonymousRights = [
  'SMTPSubmit',
  'SMTPAcceptAnyRecipient',
  'SMTPAcceptAuthoritativeDomainSender',
  'BypassMessageSizeLimit',
  'AcceptRoutingHeaders',
  'AcceptOrganizationHeaders',
  'AcceptForestHeaders',
] as const satisfies readonly Permission[]
export type AnonymousRight = (typeof anonymousRights)[number]

/** What a connector is made for; it stands for mechanisms and groups where none are given. */
export const receiveUsages = ['Client', 'Custom', 'Internal', 'Internet', 'Partner'] as const
export type ReceiveUsage = (typeof receiveUsages)[number]

/**
 * A Receive connector's settings, by Exchange's parameter names. Sizes are bytes, times milliseconds,
 * unlimited is Infinity. Defaults that depend on the server's role are optional here and filled in by
 * `completeReceiveConnector`.
 */
export const receiveConnectorSchema = z.strictObject({
  Name: text(),
  Enabled: flag().default(true),
  Comment: text().default(''),
  /**
   * Fills AuthMechanism and PermissionGroups where they are left out, as for Custom without it; for some
   * usages Bindings or RemoteIPRanges, too.
   */
  Usage: oneOf(receiveUsages).optional(),
  TransportRole: oneOf(['FrontendTransport', 'HubTransport']).default('HubTransport'),
  Bindings: list(binding(), bindingNotation).optional(),
  RemoteIPRanges: list(ipRange(), rangeNotation).optional(),
  /** Our own: `Implicit` starts TLS on connect (port 465). */
  TlsMode: oneOf(['StartTls', 'Implicit']).default('StartTls'),
  /** Empty: the server's. */
  Fqdn: text().default(''),
  /** Empty: Exchange's greeting; otherwise the whole line, beginning with 220. */
  Banner: text().default(''),
  AuthMechanism: availableFlags(authMechanisms, {
    idle: { names: ['Integrated'], why: 'there is no Active Directory to log in to' },
  }).optional(),
  PermissionGroups: availableFlags(permissionGroups, { missing: ['Custom'] }).optional(),
  /**
   * Our own, for what Exchange keeps in its directory: the rights of AnonymousUsers, in place of those
   * that the group has by itself.
   */
  AnonymousRights: availableFlags(anonymousRights).optional(),
  RequireTLS: flag().default(false),
  TlsCertificateName: text().default(''),
  SuppressXAnonymousTls: flag().default(false),
  PipeliningEnabled: flag().default(true),
  DeliveryStatusNotificationEnabled: flag().default(true),
  EnhancedStatusCodesEnabled: flag().default(true),
  EightBitMimeEnabled: flag().default(true),
  ChunkingEnabled: flag().default(true),
  SmtpUtf8Enabled: flag().default(true),
  SizeEnabled: oneOf(['Enabled', 'Disabled', 'EnabledWithoutValue']).default('Enabled'),
  BareLinefeedRejectionEnabled: flag().default(false),
  RequireEHLODomain: flag().default(false),
  MaxMessageSize: byteSize(65536, maximumBytes).default(35 * 1024 ** 2),
  MaxHeaderSize: byteSize(1, maximumBytes).default(256 * 1024),
  MaxRecipientsPerMessage: count(1, 512_000).default(200),
  MaxHopCount: count(1, 500).default(30),
  MaxLocalHopCount: count(0, 50).default(8),
  MaxProtocolErrors: countOrUnlimited(0).default(5),
  MaxLogonFailures: count(0, 10).default(3),
  MaxInboundConnection: countOrUnlimited(1).default(5000),
  MaxInboundConnectionPerSource: countOrUnlimited(1, 10_000).default(20),
  MaxInboundConnectionPercentagePerSource: count(1, 100).default(2),
  /** Absolute age of a session. Default 10 minutes, on Edge 5. */
  ConnectionTimeout: timeSpan(second, day).optional(),
  /** Default 5 minutes, on Edge 1. */
  ConnectionInactivityTimeout: timeSpan(second, day).optional(),
  /** Messages a minute. Default unlimited, on Edge 600. */
  MessageRateLimit: countOrUnlimited(1).optional(),
  MessageRateSource: oneOf(['None', 'IPAddress', 'User', 'All']).default('IPAddress'),
  TarpitInterval: timeSpan(0, 10 * minute).default(5 * second),
  AuthTarpitInterval: timeSpan(0, 10 * minute).default(5 * second),
  ProtocolLoggingLevel: oneOf(['None', 'Verbose']).default('None'),
  RejectReservedTopLevelRecipientDomains: flag().default(false),
  RejectReservedSecondLevelRecipientDomains: flag().default(false),
  RejectSingleLabelRecipientDomains: flag().default(false),
  AdvertiseClientSettings: unavailable('false'),
  BinaryMimeEnabled: unavailable('false', 'true'),
  DefaultDomain: unavailable(''),
  DomainSecureEnabled: unavailable('false', 'true'),
  EnableAuthGSSAPI: unavailable('false'),
  ExtendedProtectionPolicy: unavailable('None'),
  LongAddressesEnabled: unavailable('false'),
  OrarEnabled: unavailable('false'),
  ServiceDiscoveryFqdn: unavailable(''),
  TlsDomainCapabilities: unavailable(''),
})

type ParsedReceiveConnector = z.output<typeof receiveConnectorSchema>
interface ByRole {
  readonly AuthMechanism: readonly AuthMechanism[]
  readonly PermissionGroups: readonly PermissionGroup[]
  readonly ConnectionTimeout: Milliseconds
  readonly ConnectionInactivityTimeout: Milliseconds
  readonly MessageRateLimit: number
  readonly Bindings: readonly Binding[]
  readonly RemoteIPRanges: readonly IpRange[]
}
export type ReceiveConnector = Readonly<Omit<ParsedReceiveConnector, keyof ByRole>> & ByRole

/** The mechanisms and groups that a usage stands for, as in Exchange; Integrated is not had here. */
export function usageDefaults(
  usage: ReceiveUsage,
  role: 'Mailbox' | 'Edge',
): Pick<ByRole, 'AuthMechanism' | 'PermissionGroups'> {
  switch (usage) {
    case 'Client':
      return {
        AuthMechanism: ['Tls', 'BasicAuth', 'BasicAuthRequireTLS'],
        PermissionGroups: ['ExchangeUsers'],
      }
    case 'Custom':
      return { AuthMechanism: ['Tls'], PermissionGroups: ['None'] }
    case 'Internal':
      return {
        AuthMechanism: ['Tls', 'ExchangeServer'],
        PermissionGroups:
          role === 'Edge' ? ['ExchangeServers'] : ['ExchangeServers', 'ExchangeLegacyServers'],
      }
    case 'Internet':
      return { AuthMechanism: ['Tls'], PermissionGroups: ['AnonymousUsers'] }
    case 'Partner':
      return { AuthMechanism: ['Tls'], PermissionGroups: ['Partners'] }
  }
}

/** Where and whom a connector of a usage serves when that is not said, as they are written. */
export function usagePlaces(
  usage: ReceiveUsage | undefined,
): Readonly<Partial<Record<'Bindings' | 'RemoteIPRanges', readonly string[]>>> {
  switch (usage) {
    case 'Client':
      return { Bindings: ['0.0.0.0:587'] }
    case 'Internal':
      return { Bindings: ['0.0.0.0:25'] }
    case 'Internet':
      return { RemoteIPRanges: [allIpv4] }
    case 'Custom':
    case 'Partner':
    case undefined:
      return {}
  }
}

/** The connector with the defaults of the server's role; Bindings and ranges may be empty still. */
export function completeReceiveConnector(
  parsed: ParsedReceiveConnector,
  role: 'Mailbox' | 'Edge',
): ReceiveConnector {
  const edge = role === 'Edge'
  const byUsage = usageDefaults(parsed.Usage ?? 'Custom', role)
  const places = usagePlaces(parsed.Usage)
  const bindings = (places.Bindings ?? []).flatMap((text) => parseBinding(text) ?? [])
  const ranges = (places.RemoteIPRanges ?? []).flatMap((text) => parseIpRange(text) ?? [])
  return {
    ...parsed,
    Bindings: parsed.Bindings ?? bindings,
    RemoteIPRanges: parsed.RemoteIPRanges ?? ranges,
    AuthMechanism: parsed.AuthMechanism ?? byUsage.AuthMechanism,
    PermissionGroups: parsed.PermissionGroups ?? byUsage.PermissionGroups,
    ConnectionTimeout: parsed.ConnectionTimeout ?? (edge ? 5 : 10) * minute,
    ConnectionInactivityTimeout: parsed.ConnectionInactivityTimeout ?? (edge ? 1 : 5) * minute,
    MessageRateLimit: parsed.MessageRateLimit ?? (edge ? 600 : Infinity),
  }
}
