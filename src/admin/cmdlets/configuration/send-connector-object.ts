import type { ServerIdentity } from '../../../config/server-config.ts'
import { formatAddressSpace } from '../../../pipeline/address-space.ts'
import { formatSmartHosts } from '../../../pipeline/routable-connector.ts'
import type { SendConnector } from '../../../deliver/smtp/send-connector.ts'
import { tableView } from '../../values/view.ts'
import { ByteSize, Flags, ShellObject, TimeSpan } from '../../values/value.ts'

const view = tableView('Identity', 'AddressSpaces', 'Enabled')

/** A Send connector as Get-SendConnector shows it, in Exchange's order. A password is never shown. */
export function sendConnectorObject(connector: SendConnector, server: ServerIdentity): ShellObject {
  const c = connector
  return new ShellObject({
    type: 'SendConnector',
    view,
    properties: {
      DNSRoutingEnabled: c.DNSRoutingEnabled,
      TlsDomain: c.TlsDomain,
      TlsAuthLevel: c.TlsAuthLevel ?? null,
      ErrorPolicies: new Flags(c.ErrorPolicies),
      SmartHosts: c.SmartHosts,
      Port: c.Port,
      ConnectionInactivityTimeOut: new TimeSpan(c.ConnectionInactivityTimeOut),
      ForceHELO: c.ForceHELO,
      FrontendProxyEnabled: c.FrontendProxyEnabled,
      IgnoreSTARTTLS: c.IgnoreSTARTTLS,
      CloudServicesMailEnabled: false,
      Fqdn: c.Fqdn,
      TlsCertificateName: c.TlsCertificateName,
      RequireTLS: c.RequireTLS,
      Enabled: c.Enabled,
      ProtocolLoggingLevel: c.ProtocolLoggingLevel,
      SmartHostAuthMechanism: c.SmartHostAuthMechanism,
      AuthenticationCredential: c.AuthenticationCredential?.UserName ?? null,
      UseExternalDNSServersEnabled: c.UseExternalDNSServersEnabled,
      DomainSecureEnabled: false,
      SourceIPAddress: c.SourceIPAddress,
      SmtpMaxMessagesPerConnection: c.SmtpMaxMessagesPerConnection,
      SmartHostsString: formatSmartHosts(c.SmartHosts),
      AddressSpaces: c.AddressSpaces.map(formatAddressSpace),
      IsScopedConnector: false,
      IsSmtpConnector: true,
      Comment: c.Comment,
      SourceTransportServers:
        c.SourceTransportServers.length === 0 ? [server.Name] : c.SourceTransportServers,
      MaxMessageSize: c.MaxMessageSize === Infinity ? Infinity : new ByteSize(c.MaxMessageSize),
      Usage: c.Usage,
      Name: c.Name,
      Identity: c.Name,
      IsValid: true,
    },
  })
}
