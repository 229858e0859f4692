/** What each setting of a Receive connector does, for Get-Help. */
export const receiveConnectorHelp: Readonly<Record<string, string>> = {
  Name: 'The name, up to 64 characters. Logs show it behind the name of the server.',
  Enabled: 'Whether the connector listens. Sessions that are open go on.',
  Comment: 'A note for administrators.',
  TransportRole:
    'The service that listens: FrontendTransport takes mail and passes it on, HubTransport queues it. An Edge server has HubTransport only.',
  Bindings:
    'The local addresses and ports to listen on, such as 0.0.0.0:25 or [::]:25, separated by commas.',
  RemoteIPRanges:
    'The clients that are served: addresses, ranges (192.0.2.1-192.0.2.9) or networks (192.0.2.0/24). Of several connectors on one port the one with the narrowest range takes the connection.',
  TlsMode:
    'Of this relay: Implicit starts TLS on connect, as clients expect on port 465; StartTls offers STARTTLS.',
  Fqdn: 'The host name in greetings and Received lines, by which the certificate is chosen. $null: the name of the server.',
  Banner: 'The whole greeting line, beginning with 220. $null: the usual greeting.',
  AuthMechanism:
    'What is offered to clients: None, Tls, BasicAuth, BasicAuthRequireTLS, ExchangeServer, ExternalAuthoritative; several with commas.',
  PermissionGroups:
    'Who may submit mail: None, AnonymousUsers, ExchangeUsers, ExchangeServers, ExchangeLegacyServers, Partners; several with commas.',
  AnonymousRights:
    'Of this relay: what AnonymousUsers may do, in place of what the group may by itself; Add-ADPermission and Remove-ADPermission change it.',
  RequireTLS: 'Whether MAIL is refused before TLS. Needs the mechanism Tls.',
  TlsCertificateName: 'The certificate for TLS, as <I>issuer<S>subject. $null: chosen by the Fqdn.',
  SuppressXAnonymousTls: 'Whether X-ANONYMOUSTLS is not offered.',
  PipeliningEnabled: 'Whether PIPELINING is offered.',
  DeliveryStatusNotificationEnabled: 'Whether DSN is offered.',
  EnhancedStatusCodesEnabled: 'Whether ENHANCEDSTATUSCODES is offered and codes are sent.',
  EightBitMimeEnabled: 'Whether 8BITMIME is offered.',
  ChunkingEnabled: 'Whether CHUNKING, the command BDAT, is offered.',
  SmtpUtf8Enabled: 'Whether SMTPUTF8 is offered.',
  SizeEnabled:
    'How SIZE is offered: Enabled with the limit, EnabledWithoutValue without it, or Disabled.',
  BareLinefeedRejectionEnabled: 'Whether a message with a line feed alone is refused.',
  RequireEHLODomain: 'Whether a HELO or EHLO without a name ends the connection.',
  MaxMessageSize: 'The largest message, from 64KB to 2GB, such as 35MB.',
  MaxHeaderSize: 'The most octets that the header of a message may have.',
  MaxRecipientsPerMessage: 'The most recipients of one message; more get a temporary refusal.',
  MaxHopCount: 'The most Received lines a message may have.',
  MaxLocalHopCount: 'The most Received lines of this server a message may have; 0 for any.',
  MaxProtocolErrors: 'The errors of a client after which the connection is closed.',
  MaxLogonFailures: 'The failed log-ins after which the connection is closed; 0 for never.',
  MaxInboundConnection: 'The most connections at a time.',
  MaxInboundConnectionPerSource: 'The most connections at a time from one address.',
  MaxInboundConnectionPercentagePerSource:
    'The most connections from one address, in percent of those that are still free.',
  ConnectionTimeout: 'How long a connection may last at most, such as 00:10:00.',
  ConnectionInactivityTimeout: 'How long a client may be silent; less than the ConnectionTimeout.',
  MessageRateLimit: 'The most messages a minute from one source; unlimited for any number.',
  MessageRateSource: 'What MessageRateLimit counts by: None, IPAddress, User or All.',
  TarpitInterval: 'How long some refusals to clients that are not logged in wait; 0 for no time.',
  AuthTarpitInterval: 'How long the answer to a failed log-in waits; 0 for no time.',
  ProtocolLoggingLevel: 'Whether conversations are written to the protocol log: None or Verbose.',
  RejectReservedTopLevelRecipientDomains:
    'Whether recipients in .test, .example, .invalid and .localhost are refused.',
  RejectReservedSecondLevelRecipientDomains:
    'Whether recipients in example.com, example.net and example.org are refused.',
  RejectSingleLabelRecipientDomains: 'Whether recipients in a domain without a dot are refused.',
}
