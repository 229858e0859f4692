import { z } from 'zod'
import {
  byteSize,
  count,
  countOrUnlimited,
  flag,
  flags,
  ipRange,
  list,
  oneOf,
  text,
  timeSpan,
} from '../base/setting-fields.ts'
import { day, minute, second } from '../base/time-span.ts'
import { binding } from './binding.ts'

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

/**
 * A Receive connector's settings, by Exchange's parameter names. Sizes are bytes, times milliseconds,
 * unlimited is Infinity. Defaults that depend on server or role are filled in by
 * `receive-connector-defaults.ts`, so here they are optional.
 */
export const receiveConnectorSchema = z.strictObject({
  Name: text(),
  Enabled: flag().default(true),
  Comment: text().default(''),
  TransportRole: oneOf(['FrontendTransport', 'HubTransport']).default('HubTransport'),
  Bindings: list(binding()),
  RemoteIPRanges: list(ipRange()),
  /** Our own: `Implicit` starts TLS on connect (port 465). */
  TlsMode: oneOf(['StartTls', 'Implicit']).default('StartTls'),
  /** Empty: the server's. */
  Fqdn: text().default(''),
  /** Empty: Exchange's greeting; otherwise the whole line, beginning with 220. */
  Banner: text().default(''),
  AuthMechanism: flags(authMechanisms).default(['Tls']),
  PermissionGroups: flags(permissionGroups).default(['None']),
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
  ConnectionTimeout: timeSpan(second, day).default(10 * minute),
  ConnectionInactivityTimeout: timeSpan(second, day).default(5 * minute),
  MessageRateLimit: countOrUnlimited(1).default(Infinity),
  MessageRateSource: oneOf(['None', 'IPAddress', 'User', 'All']).default('IPAddress'),
  TarpitInterval: timeSpan(0, 10 * minute).default(5 * second),
  AuthTarpitInterval: timeSpan(0, 10 * minute).default(5 * second),
  ProtocolLoggingLevel: oneOf(['None', 'Verbose']).default('None'),
  RejectReservedTopLevelRecipientDomains: flag().default(false),
  RejectReservedSecondLevelRecipientDomains: flag().default(false),
  RejectSingleLabelRecipientDomains: flag().default(false),
})

export type ReceiveConnector = Readonly<z.output<typeof receiveConnectorSchema>>
