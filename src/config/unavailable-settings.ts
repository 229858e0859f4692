/**
 * Words that Exchange knows and this relay does not have, beside those that a schema itself refuses
 * (`receive/unavailable-setting.ts`). A file that uses one is refused rather than read as if the word
 * were not there: a limit or a protection would be missing unnoticed.
 */
interface UnavailableSettings {
  readonly names: readonly string[]
  /** What to write instead, where there is something. */
  readonly instead?: Readonly<Record<string, string>>
}

const unavailable: Readonly<Record<string, UnavailableSettings>> = {
  '': { names: ['Recipients', 'RemoteDomains', 'ForeignConnectors', 'DeliveryAgentConnectors'] },
  ReceiveConnectors: {
    names: ['LiveCredentialEnabled', 'MaxAcknowledgementDelay', 'Server'],
  },
  SendConnectors: {
    names: [
      'CloudServicesMailEnabled',
      'ConnectorType',
      'DomainSecureEnabled',
      'IsCoexistenceConnector',
      'IsScopedConnector',
      'LinkedReceiveConnector',
      'RequireOorg',
    ],
  },
  AcceptedDomains: {
    names: ['AddressBookEnabled', 'MakeDefault'],
    instead: { MakeDefault: 'write Default: true' },
  },
  TransportService: {
    names: [
      'ExternalDNSAdapterEnabled',
      'ExternalDNSAdapterGuid',
      'ExternalDNSProtocolOption',
      'ExternalIPAddress',
      'InternalDNSAdapterEnabled',
      'InternalDNSAdapterGuid',
      'InternalDNSProtocolOption',
      'IntraOrgConnectorProtocolLoggingLevel',
      'IntraOrgConnectorSmtpMaxMessagesPerConnection',
      'MailboxDeliveryQueueRetryInterval',
      'MaxIdleTimeBeforeResubmit',
      'PickupDirectoryPath',
      'PoisonMessageDetectionEnabled',
      'PoisonThreshold',
      'ReplayDirectoryPath',
      'ResolverRetryInterval',
      'RootDropDirectoryPath',
    ],
    instead: {
      ExternalDNSAdapterEnabled: "the machine's servers are used where ExternalDNSServers is empty",
      InternalDNSAdapterEnabled: "the machine's servers are used where InternalDNSServers is empty",
    },
  },
  FrontendTransportService: {
    names: ['ExternalDNSServers', 'InternalDNSServers', 'MaxReceiveTlsRatePerMinute'],
  },
  TransportConfig: {
    names: [
      'DSNConversionMode',
      'ExternalDsnDefaultLanguage',
      'ExternalDsnLanguageDetectionEnabled',
      'GenerateCopyOfDSNFor',
      'InternalDsnDefaultLanguage',
      'InternalDsnLanguageDetectionEnabled',
      'InternalSMTPServers',
      'MaxRetriesForLocalSiteShadow',
      'MaxRetriesForRemoteSiteShadow',
      'MaxSendSize',
      'RejectMessageOnShadowFailure',
      'SafetyNetHoldTime',
      'ShadowHeartbeatFrequency',
      'ShadowMessageAutoDiscardInterval',
      'ShadowMessagePreferenceSetting',
      'ShadowRedundancyEnabled',
      'ShadowResubmitTimeSpan',
      'TLSReceiveDomainSecureList',
      'TLSSendDomainSecureList',
    ],
    instead: { MaxSendSize: 'use MaxReceiveSize, or MaxMessageSize of the Send connectors' },
  },
}

/** Names of the section (empty: of the file itself) that are known and not available. */
export function unavailableNames(section: string): readonly string[] {
  return unavailable[section]?.names ?? []
}

/** The refusal of such a name. */
export function unavailableMessage(section: string, name: string): string {
  const instead = unavailable[section]?.instead?.[name] ?? 'remove it'
  const kind = section === '' ? 'section' : 'setting'
  return `this ${kind} of Exchange is not available in this relay yet; ${instead}`
}
