import type { ServerIdentity } from '../../../config/server-config.ts'
import { formatBinding } from '../../../receive/connectors/binding.ts'
import type { ReceiveConnector } from '../../../receive/connectors/receive-connector.ts'
import { tableView } from '../../values/view.ts'
import { ByteSize, Flags, ShellObject, TimeSpan } from '../../values/value.ts'

const view = tableView('Identity', 'Bindings', 'Enabled')

/** A Receive connector as Get-ReceiveConnector shows it, in Exchange's order. */
export function receiveConnectorObject(
  connector: ReceiveConnector,
  server: ServerIdentity,
): ShellObject {
  const c = connector
  return new ShellObject({
    type: 'ReceiveConnector',
    view,
    properties: {
      ...offered(c),
      Fqdn: c.Fqdn === '' ? server.Fqdn : c.Fqdn,
      ServiceDiscoveryFqdn: null,
      TlsCertificateName: c.TlsCertificateName,
      Comment: c.Comment,
      Enabled: c.Enabled,
      ...limits(c),
      PermissionGroups: new Flags(c.PermissionGroups),
      AnonymousRights: c.AnonymousRights === undefined ? null : new Flags(c.AnonymousRights),
      PipeliningEnabled: c.PipeliningEnabled,
      ProtocolLoggingLevel: c.ProtocolLoggingLevel,
      RemoteIPRanges: c.RemoteIPRanges.map(({ text }) => text),
      RequireEHLODomain: c.RequireEHLODomain,
      RequireTLS: c.RequireTLS,
      TlsMode: c.TlsMode,
      EnableAuthGSSAPI: false,
      ExtendedProtectionPolicy: 'None',
      TlsDomainCapabilities: [],
      Server: server.Name,
      TransportRole: c.TransportRole,
      RejectReservedTopLevelRecipientDomains: c.RejectReservedTopLevelRecipientDomains,
      RejectReservedSecondLevelRecipientDomains: c.RejectReservedSecondLevelRecipientDomains,
      RejectSingleLabelRecipientDomains: c.RejectSingleLabelRecipientDomains,
      SizeEnabled: c.SizeEnabled,
      TarpitInterval: new TimeSpan(c.TarpitInterval),
      AuthTarpitInterval: new TimeSpan(c.AuthTarpitInterval),
      Usage: c.Usage ?? null,
      Name: c.Name,
      Identity: `${server.Name}\\${c.Name}`,
      IsValid: true,
    },
  })
}

/** What the greeting and EHLO tell a client. */
const offered = (c: ReceiveConnector) => ({
  AuthMechanism: new Flags(c.AuthMechanism),
  Banner: c.Banner,
  BinaryMimeEnabled: false,
  Bindings: c.Bindings.map(formatBinding),
  ChunkingEnabled: c.ChunkingEnabled,
  DefaultDomain: null,
  DeliveryStatusNotificationEnabled: c.DeliveryStatusNotificationEnabled,
  EightBitMimeEnabled: c.EightBitMimeEnabled,
  SmtpUtf8Enabled: c.SmtpUtf8Enabled,
  BareLinefeedRejectionEnabled: c.BareLinefeedRejectionEnabled,
  DomainSecureEnabled: false,
  EnhancedStatusCodesEnabled: c.EnhancedStatusCodesEnabled,
  LongAddressesEnabled: false,
  OrarEnabled: false,
  SuppressXAnonymousTls: c.SuppressXAnonymousTls,
  AdvertiseClientSettings: false,
})

const limits = (c: ReceiveConnector) => ({
  ConnectionTimeout: new TimeSpan(c.ConnectionTimeout),
  ConnectionInactivityTimeout: new TimeSpan(c.ConnectionInactivityTimeout),
  MessageRateLimit: c.MessageRateLimit,
  MessageRateSource: c.MessageRateSource,
  MaxInboundConnection: c.MaxInboundConnection,
  MaxInboundConnectionPerSource: c.MaxInboundConnectionPerSource,
  MaxInboundConnectionPercentagePerSource: c.MaxInboundConnectionPercentagePerSource,
  MaxHeaderSize: new ByteSize(c.MaxHeaderSize),
  MaxHopCount: c.MaxHopCount,
  MaxLocalHopCount: c.MaxLocalHopCount,
  MaxLogonFailures: c.MaxLogonFailures,
  MaxMessageSize: new ByteSize(c.MaxMessageSize),
  MaxProtocolErrors: c.MaxProtocolErrors,
  MaxRecipientsPerMessage: c.MaxRecipientsPerMessage,
})
