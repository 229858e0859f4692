import { parseByteSize } from '../base/byte-size.ts'
import { parseTimeSpan } from '../base/time-span.ts'

/**
 * What settings that the relay does not have say in Exchange where nobody set them. A file copied from there
 * holds them, and they ask for nothing that an administrator chose.
 */
type Defaults = Readonly<Record<string, readonly string[]>>

const on = ['true'] as const

const ofLogs = (enabled: readonly string[], ...logs: readonly string[]): Defaults =>
  Object.fromEntries(
    logs.flatMap((log) => [
      [`${log}Enabled`, enabled],
      [`${log}MaxAge`, ['7.00:00:00', '30.00:00:00']],
      [`${log}MaxDirectorySize`, ['50MB', '100MB', '200MB', '250MB', '1GB', '10GB']],
      [`${log}MaxFileSize`, ['10MB', '5MB']],
    ]),
  )

/** Where Exchange is installed when nobody chose another drive. */
const installed = 'C:\\Program Files\\Microsoft\\Exchange Server\\V15\\TransportRoles'
const folders = (...below: readonly string[]): readonly string[] =>
  below.flatMap((folder) => [
    `${installed}\\${folder}`,
    `%ExchangeInstallPath%TransportRoles\\${folder}`,
  ])
const logFolders = (folder: string) =>
  folders(...['Hub', 'Edge', 'FrontEnd'].map((service) => `Logs\\${service}\\${folder}`))

const noGuid = ['00000000-0000-0000-0000-000000000000']

const ofServices: Defaults = {
  AntispamAgentsEnabled: on,
  ...ofLogs(on, 'AgentLog'),
  ...ofLogs([], 'DnsLog'),
  AgentLogPath: logFolders('AgentLog'),
  RoutingTableLogMaxAge: ['7.00:00:00'],
  RoutingTableLogMaxDirectorySize: ['50MB', '250MB'],
  RoutingTableLogPath: logFolders('Routing'),
  ExternalDNSAdapterEnabled: on,
  ExternalDNSAdapterGuid: noGuid,
  InternalDNSAdapterEnabled: on,
  InternalDNSAdapterGuid: noGuid,
  ExternalDNSProtocolOption: ['Any'],
  InternalDNSProtocolOption: ['Any'],
}

const defaults: Readonly<Record<string, Defaults>> = {
  ReceiveConnectors: { MaxAcknowledgementDelay: ['00:00:30'] },
  SendConnectors: { ConnectorType: ['Default'] },
  AcceptedDomains: { AddressBookEnabled: on },
  RemoteDomains: {
    ByteEncoderTypeFor7BitCharsets: ['Undefined'],
    CharacterSet: ['iso-8859-1', 'utf-8'],
    ContentType: ['MimeHtmlText'],
    LineWrapSize: ['unlimited'],
    NonMimeCharacterSet: ['iso-8859-1'],
    PreferredInternetCodePageForShiftJis: ['Undefined'],
    DisplaySenderName: on,
    MeetingForwardNotificationEnabled: on,
    MessageCountThreshold: ['2147483647', 'unlimited'],
  },
  TransportService: {
    ...ofServices,
    ...ofLogs(on, 'IrmLog', 'ActiveUserStatisticsLog', 'QueueLog', 'ServerStatisticsLog', 'WlmLog'),
    ...ofLogs(on, 'RequestBrokerLog', 'ResourceLog', 'TransportHttpLog', 'TransportMaintenanceLog'),
    ...ofLogs([], 'TransportSyncHubHealthLog', 'TransportSyncLog'),
    IrmLogPath: [...logFolders('IRMLogs'), `${installed}\\..\\Logging\\IRMLogs`],
    ActiveUserStatisticsLogPath: logFolders('ActiveUsersStats'),
    QueueLogPath: logFolders('QueueViewer'),
    ServerStatisticsLogPath: logFolders('ServerStats'),
    WlmLogPath: logFolders('WLM'),
    PipelineTracingPath: logFolders('PipelineTracing'),
    IntraOrgConnectorSmtpMaxMessagesPerConnection: ['20'],
    MailboxDeliveryQueueRetryInterval: ['00:05:00'],
    MaxConcurrentMailboxDeliveries: ['20'],
    MaxConcurrentMailboxSubmissions: ['20'],
    RecipientValidationCacheEnabled: on,
    TransportSyncAccountsPoisonAccountThreshold: ['2'],
    TransportSyncAccountsPoisonItemThreshold: ['2'],
    TransportSyncAccountsSuccessivePoisonItemThreshold: ['3'],
    TransportSyncMaxDownloadItemsPerConnection: ['1000'],
    TransportSyncMaxDownloadSizePerConnection: ['50MB'],
    TransportSyncMaxDownloadSizePerItem: ['25MB'],
    TransportSyncRemoteConnectionTimeout: ['00:01:40'],
  },
  FrontendTransportService: {
    ...ofServices,
    MaxReceiveTlsRatePerMinute: ['6000'],
    TransientFailureRetryCount: ['6'],
    TransientFailureRetryInterval: ['00:05:00'],
  },
  TransportConfig: {
    ExternalDsnLanguageDetectionEnabled: on,
    InternalDsnLanguageDetectionEnabled: on,
    ExternalDsnDefaultLanguage: ['en-US'],
    InternalDsnDefaultLanguage: ['en-US'],
    DSNConversionMode: ['UseExchangeDSNs', 'DoNotConvert'],
    MaxRetriesForLocalSiteShadow: ['2'],
    MaxRetriesForRemoteSiteShadow: ['4'],
    ShadowHeartbeatFrequency: ['00:02:00'],
    ShadowHeartbeatRetryCount: ['12'],
    ShadowHeartbeatTimeoutInterval: ['00:15:00'],
    ShadowMessageAutoDiscardInterval: ['2.00:00:00'],
    ShadowMessagePreferenceSetting: ['PreferRemote'],
    ShadowRedundancyEnabled: on,
    ShadowResubmitTimeSpan: ['03:00:00'],
    MaxDumpsterSizePerDatabase: ['18MB'],
    MaxDumpsterTime: ['7.00:00:00'],
    SafetyNetHoldTime: ['2.00:00:00'],
    AgentGeneratedMessageLoopDetectionInSmtpEnabled: on,
    AgentGeneratedMessageLoopDetectionInSubmissionEnabled: on,
    MaxAllowedAgentGeneratedMessageDepth: ['3'],
    MaxAllowedAgentGeneratedMessageDepthPerAgent: ['2'],
    ClearCategories: on,
    HeaderPromotionModeSetting: ['NoCreate'],
    JournalingReportNdrTo: ['<>'],
    VoicemailJournalingEnabled: on,
    DiagnosticsAggregationServicePort: ['9710'],
    QueueDiagnosticsAggregationInterval: ['00:01:00'],
    SupervisionTags: ['Reject,Allow', '{Reject, Allow}'],
    TransportRuleAttachmentTextScanLimit: ['150KB', '1MB'],
    Xexch50Enabled: on,
    MessageExpiration: ['1.00:00:00'],
    ReplyAllStormBlockDurationHours: ['6'],
    ReplyAllStormDetectionMinimumRecipients: ['2500'],
    ReplyAllStormDetectionMinimumReplies: ['10'],
    ReplyAllStormProtectionEnabled: on,
  },
}

/** What Exchange shows of an object beside its settings, and nobody can set; a copied list has it. */
const bookkeeping: readonly string[] = [
  ...['AdminDisplayName', 'DistinguishedName', 'ExchangeObjectId', 'ExchangeVersion', 'Guid', 'Id'],
  ...['Identity', 'IsValid', 'ObjectCategory', 'ObjectClass', 'ObjectState', 'OrganizationId'],
  ...['OrganizationalUnitRoot', 'OriginatingServer', 'PSComputerName', 'PSShowComputerName'],
  ...['RunspaceId', 'WhenChanged', 'WhenChangedUTC', 'WhenCreated', 'WhenCreatedUTC'],
]

const bookkeepingOf: Readonly<Record<string, readonly string[]>> = {
  SendConnectors: [
    ...['ConnectedDomains', 'HomeMTA', 'HomeMtaServerId', 'IsSmtpConnector', 'SourceRoutingGroup'],
  ],
  DeliveryAgentConnectors: ['HomeMTA', 'HomeMtaServerId', 'IsSmtpConnector', 'SourceRoutingGroup'],
  ForeignConnectors: ['HomeMTA', 'HomeMtaServerId', 'IsSmtpConnector', 'SourceRoutingGroup'],
  AcceptedDomains: [
    'FederatedOrganizationLink',
    'IsDefaultFederatedDomain',
    'PerimeterDuplicateDetected',
  ],
}

/** Names in a section that a copied list may have and that say nothing of how a server is to work. */
export function bookkeepingNames(section: string): readonly string[] {
  return section === '' ? [] : [...bookkeeping, ...(bookkeepingOf[section] ?? [])]
}

/** What a setting says that asks for nothing, whichever it is. */
const off = ['', 'null', 'false', 'none', 'disabled', '0', '00:00:00', '{}']

/** The values that Exchange's defaults have for a setting, as they are written. */
export function defaultValues(section: string, name: string): readonly string[] {
  return defaults[section]?.[name] ?? []
}

/** Whether a value of a setting that the relay lacks asks for nothing: it is off, or as Exchange has it by itself. */
export function isIdleValue(section: string, name: string, value: string): boolean {
  const given = comparable(value)
  return [...off, ...defaultValues(section, name)].some((idle) => comparable(idle) === given)
}

/** Whether it says yes: on by default in Exchange, it is not here. */
export function isOn(value: string): boolean {
  return comparable(value) === 'true'
}

/** Equal values in one form: `$True` and `true`, `250 MB (262,144,000 bytes)` and `250MB`. */
function comparable(value: string): string {
  const plain = value.trim().replace(/^\$/, '').toLowerCase()
  const span = parseTimeSpan(plain)
  if (span !== undefined) return `${span} ms`
  const size = parseByteSize(plain)
  return size === undefined ? plain : `${size} bytes`
}
