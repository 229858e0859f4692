/** Parameters by cmdlet: what works here, and what is known and refused. */
export interface PublishedCmdlet {
  readonly works: string
  readonly refused: string
}

const receive = `AdvertiseClientSettings AuthMechanism AuthTarpitInterval Banner BareLinefeedRejectionEnabled
  BinaryMimeEnabled Bindings ChunkingEnabled Comment Confirm ConnectionInactivityTimeout ConnectionTimeout
  DefaultDomain DeliveryStatusNotificationEnabled DomainSecureEnabled EightBitMimeEnabled EnableAuthGSSAPI Enabled
  EnhancedStatusCodesEnabled ExtendedProtectionPolicy Fqdn LongAddressesEnabled MaxHeaderSize MaxHopCount
  MaxInboundConnection MaxInboundConnectionPercentagePerSource MaxInboundConnectionPerSource MaxLocalHopCount
  MaxLogonFailures MaxMessageSize MaxProtocolErrors MaxRecipientsPerMessage MessageRateLimit MessageRateSource Name
  OrarEnabled PermissionGroups PipeliningEnabled ProtocolLoggingLevel RejectReservedSecondLevelRecipientDomains
  RejectReservedTopLevelRecipientDomains RejectSingleLabelRecipientDomains RemoteIPRanges RequireEHLODomain RequireTLS
  ServiceDiscoveryFqdn SizeEnabled SmtpUtf8Enabled SuppressXAnonymousTls TarpitInterval TlsCertificateName
  TlsDomainCapabilities TransportRole WhatIf`
const receiveRefused = 'DomainController LiveCredentialEnabled MaxAcknowledgementDelay'

const send = `AddressSpaces AuthenticationCredential Comment Confirm ConnectionInactivityTimeOut DNSRoutingEnabled
  Enabled ErrorPolicies Force ForceHELO Fqdn FrontendProxyEnabled IgnoreSTARTTLS MaxMessageSize Name Port
  ProtocolLoggingLevel RequireTLS SmartHostAuthMechanism SmartHosts SmtpMaxMessagesPerConnection SourceIPAddress
  SourceTransportServers TlsAuthLevel TlsCertificateName TlsDomain UseExternalDNSServersEnabled WhatIf`
const sendRefused = `CloudServicesMailEnabled ConnectorType DomainController DomainSecureEnabled
  IsCoexistenceConnector IsScopedConnector LinkedReceiveConnector RequireOorg`

const logs = ['ReceiveProtocol', 'SendProtocol', 'Connectivity']
  .flatMap((log) =>
    ['Path', 'MaxAge', 'MaxDirectorySize', 'MaxFileSize'].map((what) => `${log}Log${what}`),
  )
  .concat('ConnectivityLogEnabled')
  .join(' ')

const one = { works: 'Identity Confirm WhatIf', refused: 'DomainController' }
const view = { works: 'Identity', refused: 'DomainController' }

/** The reference tables of Exchange's cmdlets. */
export const publishedCmdlets: Readonly<Record<string, PublishedCmdlet>> = {
  'New-ReceiveConnector': {
    works: `${receive} Server Usage Client Custom Internal Internet Partner`,
    refused: receiveRefused,
  },
  'Set-ReceiveConnector': { works: `Identity ${receive}`, refused: receiveRefused },
  'Get-ReceiveConnector': { works: 'Identity Server', refused: 'DomainController' },
  'Remove-ReceiveConnector': one,
  'New-SendConnector': {
    works: `${send} Usage Custom Internal Internet Partner`,
    refused: sendRefused,
  },
  'Set-SendConnector': { works: `Identity ${send}`, refused: sendRefused },
  'Get-SendConnector': view,
  'Remove-SendConnector': one,
  'New-AcceptedDomain': {
    works: 'Name DomainName DomainType MatchSubDomains Confirm WhatIf',
    refused: 'AddressBookEnabled DomainController',
  },
  'Set-AcceptedDomain': {
    works: 'Identity Name DomainType MakeDefault MatchSubDomains Confirm WhatIf',
    refused: 'AddressBookEnabled DomainController',
  },
  'Get-AcceptedDomain': view,
  'Remove-AcceptedDomain': one,
  'Get-TransportService': view,
  'Set-TransportService': {
    works: `Identity ${logs} Confirm WhatIf InternalDNSServers ExternalDNSServers TransientFailureRetryCount
      TransientFailureRetryInterval OutboundConnectionFailureRetryInterval MessageRetryInterval MessageExpirationTimeout
      DelayNotificationTimeout QueueMaxIdleTime MaxOutboundConnections MaxPerDomainOutboundConnections
      MaxConnectionRatePerMinute MessageTrackingLogEnabled MessageTrackingLogMaxAge MessageTrackingLogMaxDirectorySize
      MessageTrackingLogMaxFileSize MessageTrackingLogPath MessageTrackingLogSubjectLoggingEnabled QueueGlitchRetryCount QueueGlitchRetryInterval`,
    refused: `DomainController ExternalDNSAdapterEnabled ExternalDNSAdapterGuid ExternalDNSProtocolOption
      ExternalIPAddress InternalDNSAdapterEnabled InternalDNSAdapterGuid InternalDNSProtocolOption
      IntraOrgConnectorProtocolLoggingLevel PickupDirectoryPath PoisonMessageDetectionEnabled PoisonThreshold
      ReplayDirectoryPath RootDropDirectoryPath`,
  },
  'Get-FrontendTransportService': view,
  'Set-FrontendTransportService': {
    works: `Identity ${logs} Confirm WhatIf IntraOrgConnectorProtocolLoggingLevel MaxConnectionRatePerMinute`,
    refused: 'DomainController ExternalDNSServers InternalDNSServers',
  },
  'Get-TransportConfig': { works: '', refused: 'DomainController' },
  'Set-TransportConfig': {
    works: `Confirm WhatIf Force MaxReceiveSize MaxRecipientEnvelopeLimit InternalDelayDsnEnabled
      ExternalDelayDsnEnabled InternalDsnSendHtml ExternalDsnSendHtml InternalDsnMaxMessageAttachSize
      ExternalDsnMaxMessageAttachSize InternalDsnReportingAuthority ExternalDsnReportingAuthority
      ExternalPostmasterAddress`,
    refused: `DomainController DSNConversionMode ExternalDsnDefaultLanguage ExternalDsnLanguageDetectionEnabled
      GenerateCopyOfDSNFor InternalDsnDefaultLanguage InternalDsnLanguageDetectionEnabled InternalSMTPServers MaxSendSize
      ShadowRedundancyEnabled TLSReceiveDomainSecureList TLSSendDomainSecureList SafetyNetHoldTime
      RejectMessageOnShadowFailure ShadowMessagePreferenceSetting MaxRetriesForRemoteSiteShadow
      MaxRetriesForLocalSiteShadow ShadowHeartbeatFrequency ShadowResubmitTimeSpan ShadowMessageAutoDiscardInterval`,
  },
}
