/**
 * Words that Exchange knows and this relay does not have, beside those that a schema itself refuses
 * (`receive/connectors/unavailable-setting.ts`). A file that uses one is refused rather than read as if the word
 * were not there: a limit or a protection would be missing unnoticed.
 */
interface UnavailableSettings {
  readonly names: readonly string[]
  /** What there is not, as the end of a sentence. */
  readonly why: string
  /** What to write instead, where there is something. */
  readonly instead?: string
}

const ofLog = (log: string, ...what: readonly string[]) => what.map((word) => `${log}${word}`)
const limitsOf = (log: string) => ofLog(log, 'MaxAge', 'MaxDirectorySize', 'MaxFileSize')
const ofLogs = (...logs: readonly string[]) =>
  logs.flatMap((log) => [...ofLog(log, 'Enabled', 'Path'), ...limitsOf(log)])
const ofLogsAlwaysOn = (...logs: readonly string[]) =>
  logs.flatMap((log) => [...ofLog(log, 'Path'), ...limitsOf(log)])

const noShadow = 'mail is on disk before it is accepted, so there is no shadow redundancy'
const noOnline = 'it belongs to Exchange Online'
const noDomainSecurity = 'there is no Domain Security'
const noSites = { why: 'there are no sites', instead: 'SourceTransportServers names the servers' }
const noMailboxes = 'there are no mailboxes'

/** Of both services. */
const ofServices: readonly UnavailableSettings[] = [
  { names: ['AntispamAgentsEnabled'], why: 'mail is not filtered for spam' },
  { names: ofLogs('DnsLog'), why: 'no log of DNS is kept' },
  {
    names: ['RoutingTableLogMaxAge', 'RoutingTableLogMaxDirectorySize', 'RoutingTableLogPath'],
    why: 'no log of routing tables is kept',
    instead: 'ask explain-route or Test-Route',
  },
  {
    names: ['ExternalDNSAdapterEnabled', 'ExternalDNSAdapterGuid'],
    why: 'DNS servers do not hang on network adapters',
    instead: "the machine's servers are used where ExternalDNSServers is empty",
  },
  {
    names: ['InternalDNSAdapterEnabled', 'InternalDNSAdapterGuid'],
    why: 'DNS servers do not hang on network adapters',
    instead: "the machine's servers are used where InternalDNSServers is empty",
  },
  {
    names: ['ExternalDNSProtocolOption', 'InternalDNSProtocolOption'],
    why: 'DNS goes by UDP, and by TCP where an answer is too long for that',
  },
  {
    names: ['ExternalIPAddress'],
    why: 'Received lines have the address that the connection came to',
  },
]

const unavailable: Readonly<Record<string, readonly UnavailableSettings[]>> = {
  ReceiveConnectors: [
    { names: ['LiveCredentialEnabled'], why: noOnline },
    { names: ['MaxAcknowledgementDelay'], why: noShadow },
    { names: ['Server'], why: 'the file is that of one server' },
  ],
  SendConnectors: [
    {
      names: ['CloudServicesMailEnabled', 'ConnectorType', 'IsCoexistenceConnector', 'RequireOorg'],
      why: 'there is no hybrid mail flow with Exchange Online',
    },
    {
      names: ['DomainSecureEnabled'],
      why: noDomainSecurity,
      instead: 'use RequireTLS with TlsAuthLevel DomainValidation',
    },
    { names: ['IsScopedConnector'], ...noSites },
    {
      names: ['LinkedReceiveConnector'],
      why: 'connectors are not linked, nor are they in Exchange since 2013',
    },
  ],
  ForeignConnectors: [{ names: ['IsScopedConnector'], ...noSites }],
  DeliveryAgentConnectors: [{ names: ['IsScopedConnector'], ...noSites }],
  AcceptedDomains: [
    { names: ['MakeDefault'], why: 'it is a word of the cmdlet', instead: 'write Default: true' },
    {
      names: ['PendingCompletion', 'PendingRemoval'],
      why: 'Exchange itself keeps it',
    },
    {
      names: [
        ...['CanHaveCloudCache', 'EnableNego2Authentication', 'MailFlowRegion', 'OutboundOnly'],
        ...['SendingFromDomainDisabled', 'SendingToDomainDisabled'],
      ],
      why: noOnline,
    },
  ],
  RemoteDomains: [
    {
      names: [
        ...['ByteEncoderTypeFor7BitCharsets', 'CharacterSet', 'ContentType', 'LineWrapSize'],
        ...['NonMimeCharacterSet', 'PreferredInternetCodePageForShiftJis'],
        ...['RequiredCharsetCoverage', 'TNEFEnabled'],
      ],
      why: 'the content of messages is not converted',
    },
    {
      names: ['DisplaySenderName', 'UseSimpleDisplayName'],
      why: 'the names of senders are passed on as they stand in the header',
    },
    {
      names: ['MeetingForwardNotificationEnabled'],
      why: 'the server forwards no meetings',
    },
    {
      names: ['IsInternal', 'TargetDeliveryDomain'],
      why: 'there is no hybrid mail flow with Exchange Online',
    },
    {
      names: ['TrustedMailInboundEnabled', 'TrustedMailOutboundEnabled'],
      why: 'there are no filters that trusted mail could pass by',
    },
    {
      names: ['MessageCountThreshold', 'SmtpDaneMandatoryModeEnabled'],
      why: noOnline,
    },
  ],
  TransportService: [
    ...ofServices,
    {
      names: [
        ...ofLogs('RequestBrokerLog', 'ResourceLog', 'TransportHttpLog', 'TransportMaintenanceLog'),
        ...ofLogsAlwaysOn('ActiveUserStatisticsLog', 'QueueLog', 'ServerStatisticsLog', 'WlmLog'),
      ],
      why: 'no such log is kept',
    },
    { names: ofLogs('IrmLog'), why: 'there is no rights management' },
    {
      names: [
        ...['ContentConversionTracingEnabled', 'PipelineTracingEnabled', 'PipelineTracingPath'],
        'PipelineTracingSenderAddress',
      ],
      why: 'messages are not traced through the server',
      instead: 'the message tracking log tells their way',
    },
    {
      names: ['IntraOrgConnectorProtocolLoggingLevel'],
      why: 'mail inside the organisation goes by Send connectors like other mail',
      instead: 'use their ProtocolLoggingLevel',
    },
    {
      names: ['IntraOrgConnectorSmtpMaxMessagesPerConnection'],
      why: 'mail inside the organisation goes by Send connectors like other mail',
      instead: 'use their SmtpMaxMessagesPerConnection',
    },
    {
      names: [
        ...['MailboxDeliveryQueueRetryInterval', 'MaxConcurrentMailboxDeliveries'],
        'MaxConcurrentMailboxSubmissions',
      ],
      why: noMailboxes,
    },
    {
      names: ['RecipientValidationCacheEnabled'],
      why: 'what a directory server said is kept for the CacheTime of Directory',
    },
    {
      names: [
        ...['AccountsPoisonAccountThreshold', 'AccountsPoisonDetectionEnabled'],
        ...['AccountsPoisonItemThreshold', 'AccountsSuccessivePoisonItemThreshold', 'Enabled'],
        ...['ExchangeEnabled', 'HubHealthLogEnabled', 'HubHealthLogFilePath', 'ImapEnabled'],
        ...['LogEnabled', 'LogFilePath', 'LogLoggingLevel', 'MaxDownloadItemsPerConnection'],
        ...['MaxDownloadSizePerConnection', 'MaxDownloadSizePerItem', 'PopEnabled'],
        ...['RemoteConnectionTimeout', ...limitsOf('HubHealthLog'), ...limitsOf('Log')],
      ].map((name) => `TransportSync${name}`),
      why: 'mail is not fetched from other accounts',
    },
    {
      names: ['WindowsLiveHotmailTransportSyncEnabled'],
      why: 'mail is not fetched from other accounts',
    },
    { names: ['UseDowngradedExchangeServerAuth'], why: 'there is no Kerberos' },
  ],
  FrontendTransportService: [
    ...ofServices,
    {
      names: ['ExternalDNSServers', 'InternalDNSServers'],
      why: 'the Transport service looks the next hops up',
      instead: 'use its setting of this name',
    },
    {
      names: ['MaxReceiveTlsRatePerMinute'],
      why: 'TLS handshakes are not counted',
      instead: 'use MaxConnectionRatePerMinute',
    },
    {
      names: ['TransientFailureRetryCount', 'TransientFailureRetryInterval'],
      why: 'the Front End Transport service has no queues',
    },
  ],
  TransportConfig: [
    {
      names: [
        ...['ExternalDsnDefaultLanguage', 'ExternalDsnLanguageDetectionEnabled'],
        ...['InternalDsnDefaultLanguage', 'InternalDsnLanguageDetectionEnabled'],
      ],
      why: 'reports are in English',
    },
    { names: ['DSNConversionMode'], why: "other servers' reports are passed on as they come" },
    { names: ['GenerateCopyOfDSNFor'], why: 'no copies of reports are sent' },
    { names: ['InternalSMTPServers'], why: 'there are no filters of connections or senders' },
    {
      names: [
        ...['MaxRetriesForLocalSiteShadow', 'MaxRetriesForRemoteSiteShadow'],
        ...['RejectMessageOnShadowFailure', 'ShadowHeartbeatFrequency'],
        ...['ShadowHeartbeatRetryCount', 'ShadowHeartbeatTimeoutInterval'],
        ...['ShadowMessageAutoDiscardInterval', 'ShadowMessagePreferenceSetting'],
        ...['ShadowRedundancyEnabled', 'ShadowResubmitTimeSpan'],
      ],
      why: noShadow,
    },
    {
      names: ['MaxDumpsterSizePerDatabase', 'MaxDumpsterTime', 'SafetyNetHoldTime'],
      why: 'no copies of delivered messages are kept',
    },
    {
      names: ['TLSReceiveDomainSecureList', 'TLSSendDomainSecureList'],
      why: noDomainSecurity,
    },
    {
      names: [
        ...['AgentGeneratedMessageLoopDetectionInSmtpEnabled'],
        ...['AgentGeneratedMessageLoopDetectionInSubmissionEnabled'],
        ...['MaxAllowedAgentGeneratedMessageDepth'],
        ...['MaxAllowedAgentGeneratedMessageDepthPerAgent'],
      ],
      why: 'agents change messages and make no new ones, so none can loop',
    },
    {
      names: [
        ...['ClearCategories', 'ConvertDisclaimerWrapperToEml', 'HeaderPromotionModeSetting'],
        'Rfc2231EncodingEnabled',
      ],
      why: 'the content of messages is not converted',
    },
    {
      names: [
        ...['JournalingReportNdrTo', 'LegacyJournalingMigrationEnabled'],
        'VoicemailJournalingEnabled',
      ],
      why: 'there is no journaling',
    },
    {
      names: ['DiagnosticsAggregationServicePort', 'QueueDiagnosticsAggregationInterval'],
      why: 'queues of other servers are not gathered',
    },
    {
      names: ['SupervisionTags', 'TransportRuleAttachmentTextScanLimit'],
      why: 'there are no transport rules',
    },
    { names: ['AddressBookPolicyRoutingEnabled', 'VerifySecureSubmitEnabled'], why: noMailboxes },
    { names: ['Xexch50Enabled'], why: 'XEXCH50 is not spoken' },
    {
      names: [
        ...['AllowLegacyTLSClients', 'JournalMessageExpirationDays', 'MessageExpiration'],
        ...['PreventDuplicateJournalingEnabled', 'ReplyAllStormBlockDurationHours'],
        ...['ReplyAllStormDetectionMinimumRecipients', 'ReplyAllStormDetectionMinimumReplies'],
        ...['ReplyAllStormProtectionEnabled', 'SmtpClientAuthenticationDisabled'],
      ],
      why: noOnline,
    },
  ],
}

/** Names of the section (empty: of the file itself) that are known and not available. */
export function unavailableNames(section: string): readonly string[] {
  return unavailable[section]?.flatMap(({ names }) => names) ?? []
}

/** Why the relay has no such setting, and what there is instead; the end of a sentence. */
export function unavailableReason(section: string, name: string): string {
  const { why = 'the relay has nothing of the kind', instead } = found(section, name) ?? {}
  return instead === undefined ? why : `${why}; ${instead}`
}

/** The refusal of such a name in a file. */
export function unavailableMessage(section: string, name: string): string {
  const kind = section === '' ? 'section' : 'setting'
  const advice = found(section, name)?.instead === undefined ? '; remove it' : ''
  return `this ${kind} of Exchange is not available here: ${unavailableReason(section, name)}${advice}`
}

const found = (section: string, name: string) =>
  unavailable[section]?.find(({ names }) => names.includes(name))
