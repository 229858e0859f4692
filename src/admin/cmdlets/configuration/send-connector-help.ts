/** What each setting of a Send connector does, for Get-Help. */
export const sendConnectorHelp: Readonly<Record<string, string>> = {
  Name: 'The name, up to 64 characters. Queues and logs show it.',
  Enabled: 'Whether routing uses the connector.',
  Comment: 'A note for administrators.',
  AddressSpaces:
    'The domains that are sent to: contoso.com, *.contoso.com, * for all, "--" for all accepted domains; each with a cost from 1 to 100, as in "SMTP:contoso.com;5".',
  SourceTransportServers:
    'The servers that use the connector. A server that is not named does not.',
  DNSRoutingEnabled:
    'Whether mail goes by the MX records of each domain. Must be $false where there are SmartHosts.',
  SmartHosts: 'The servers that mail is handed to: host names or addresses, with commas.',
  SmartHostAuthMechanism:
    'How the server proves itself to smart hosts: None, BasicAuth, BasicAuthRequireTLS or ExternalAuthoritative.',
  Port: 'The port of the smart hosts.',
  UseExternalDNSServersEnabled:
    'Whether names are looked up with ExternalDNSServers of the Transport service, and not with its InternalDNSServers.',
  SourceIPAddress: 'The local address to send from; 0.0.0.0 for any.',
  Fqdn: 'The name given in EHLO. $null: the name of the server.',
  MaxMessageSize: 'The largest message that takes this way, such as 35MB, or unlimited.',
  ConnectionInactivityTimeOut: 'How long an idle connection stays open, such as 00:10:00.',
  SmtpMaxMessagesPerConnection: 'The messages after which a connection is closed.',
  ForceHELO: 'Whether HELO is said, and not EHLO.',
  IgnoreSTARTTLS: 'Whether STARTTLS is not used even where it is offered.',
  RequireTLS: 'Whether mail waits rather than go without TLS.',
  TlsAuthLevel:
    'What is asked of the certificate, with RequireTLS: EncryptionOnly, CertificateValidation or DomainValidation. $null for nothing.',
  TlsDomain: 'The name that the certificate must have with DomainValidation.',
  TlsCertificateName: 'The certificate to show, as <I>issuer<S>subject. $null: chosen by the Fqdn.',
  ErrorPolicies:
    'Which failures count as lasting or as passing: Default, DowngradeDnsFailures, DowngradeCustomFailures, UpgradeCustomFailures.',
  ProtocolLoggingLevel: 'Whether conversations are written to the protocol log: None or Verbose.',
  FrontendProxyEnabled: 'Whether mail leaves through the Front End Transport service.',
}
