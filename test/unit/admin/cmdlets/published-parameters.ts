/**
 * The parameters of each cmdlet by Microsoft's reference: ExchangePowerShell for Exchange Server, with
 * Microsoft.PowerShell.LocalAccounts and Microsoft.PowerShell.Core for users and help. Of those that
 * exist in Exchange Online alone the ones of Set- commands stand here as well: scripts have them.
 */
export const publishedParameters: Readonly<Record<string, string>> = {
  'Add-ADPermission': `AccessRights ChildObjectTypes Confirm Deny DomainController ExtendedRights Identity
    InheritanceType InheritedObjectType Instance Owner Properties User WhatIf`,
  'Get-ADPermission': `DomainController Identity Owner User`,
  'Remove-ADPermission': `AccessRights ChildObjectTypes Confirm Deny DomainController ExtendedRights Identity
    InheritanceType InheritedObjectType Instance Properties User WhatIf`,
  'New-ReceiveConnector': `AdvertiseClientSettings AuthMechanism AuthTarpitInterval Banner BinaryMimeEnabled Bindings
    ChunkingEnabled Client Comment Confirm ConnectionInactivityTimeout ConnectionTimeout Custom
    DefaultDomain DeliveryStatusNotificationEnabled DomainController DomainSecureEnabled
    EightBitMimeEnabled EnableAuthGSSAPI Enabled EnhancedStatusCodesEnabled
    ExtendedProtectionPolicy Fqdn Internal Internet LongAddressesEnabled MaxAcknowledgementDelay
    MaxHeaderSize MaxHopCount MaxInboundConnection MaxInboundConnectionPerSource
    MaxInboundConnectionPercentagePerSource MaxLocalHopCount MaxLogonFailures MaxMessageSize
    MaxProtocolErrors MaxRecipientsPerMessage MessageRateLimit MessageRateSource Name
    OrarEnabled Partner PermissionGroups PipeliningEnabled ProtocolLoggingLevel
    RejectReservedSecondLevelRecipientDomains RejectReservedTopLevelRecipientDomains
    RejectSingleLabelRecipientDomains RemoteIPRanges RequireEHLODomain RequireTLS Server
    ServiceDiscoveryFqdn SizeEnabled SuppressXAnonymousTls TarpitInterval TlsCertificateName
    TlsDomainCapabilities TransportRole Usage WhatIf`,
  'Get-ReceiveConnector': `DomainController Identity Server`,
  'Set-ReceiveConnector': `AdvertiseClientSettings AuthMechanism AuthTarpitInterval Banner BareLinefeedRejectionEnabled
    BinaryMimeEnabled Bindings ChunkingEnabled Comment Confirm ConnectionInactivityTimeout
    ConnectionTimeout DefaultDomain DeliveryStatusNotificationEnabled DomainController
    DomainSecureEnabled EightBitMimeEnabled EnableAuthGSSAPI Enabled EnhancedStatusCodesEnabled
    ExtendedProtectionPolicy Fqdn Identity LongAddressesEnabled MaxAcknowledgementDelay
    MaxHeaderSize MaxHopCount MaxInboundConnection MaxInboundConnectionPerSource
    MaxInboundConnectionPercentagePerSource MaxLocalHopCount MaxLogonFailures MaxMessageSize
    MaxProtocolErrors MaxRecipientsPerMessage MessageRateLimit MessageRateSource Name
    OrarEnabled PermissionGroups PipeliningEnabled ProtocolLoggingLevel
    RejectReservedSecondLevelRecipientDomains RejectReservedTopLevelRecipientDomains
    RejectSingleLabelRecipientDomains RemoteIPRanges RequireEHLODomain RequireTLS
    ServiceDiscoveryFqdn SizeEnabled SmtpUtf8Enabled SuppressXAnonymousTls TarpitInterval
    TlsCertificateName TlsDomainCapabilities TransportRole WhatIf`,
  'Remove-ReceiveConnector': `Confirm DomainController Identity WhatIf`,
  'New-SendConnector': `AddressSpaces AuthenticationCredential CloudServicesMailEnabled Comment Confirm
    ConnectionInactivityTimeOut ConnectorType Custom DNSRoutingEnabled DomainController
    DomainSecureEnabled Enabled ErrorPolicies Force ForceHELO Fqdn FrontendProxyEnabled
    IgnoreSTARTTLS Internal Internet IsCoexistenceConnector IsScopedConnector
    LinkedReceiveConnector MaxMessageSize Name Partner Port ProtocolLoggingLevel RequireOorg
    RequireTLS SmartHostAuthMechanism SmartHosts SmtpMaxMessagesPerConnection SourceIPAddress
    SourceTransportServers TlsAuthLevel TlsCertificateName TlsDomain Usage
    UseExternalDNSServersEnabled WhatIf`,
  'Get-SendConnector': `DomainController Identity`,
  'Set-SendConnector': `AddressSpaces AuthenticationCredential CloudServicesMailEnabled Comment Confirm
    ConnectionInactivityTimeOut ConnectorType DNSRoutingEnabled DomainController
    DomainSecureEnabled Enabled ErrorPolicies Force ForceHELO Fqdn FrontendProxyEnabled Identity
    IgnoreSTARTTLS IsCoexistenceConnector IsScopedConnector LinkedReceiveConnector
    MaxMessageSize Name Port ProtocolLoggingLevel RequireOorg RequireTLS SmartHostAuthMechanism
    SmartHosts SmtpMaxMessagesPerConnection SourceIPAddress SourceTransportServers TlsAuthLevel
    TlsCertificateName TlsDomain UseExternalDNSServersEnabled WhatIf`,
  'Remove-SendConnector': `Confirm DomainController Identity WhatIf`,
  'New-AddressRewriteEntry': `Confirm DomainController ExceptionList ExternalAddress InternalAddress Name OutboundOnly
    WhatIf`,
  'Get-AddressRewriteEntry': `DomainController Identity`,
  'Set-AddressRewriteEntry': `Confirm DomainController ExceptionList ExternalAddress Identity InternalAddress Name
    OutboundOnly WhatIf`,
  'Remove-AddressRewriteEntry': `Confirm DomainController Identity WhatIf`,
  'New-MailUser': `Alias ArbitrationMailbox Confirm DisplayName DomainController ExternalEmailAddress
    FederatedIdentity FirstName ImmutableId Initials LastName MacAttachmentFormat MailboxRegion
    MessageBodyFormat MessageFormat MicrosoftOnlineServicesID ModeratedBy ModerationEnabled Name
    OrganizationalUnit Password PrimarySmtpAddress RemotePowerShellEnabled ResetPasswordOnNextLogon
    SamAccountName SendModerationNotifications UsePreferMessageFormat UserPrincipalName WhatIf`,
  'Get-MailUser': `Anr Credential DomainController Filter Identity IgnoreDefaultScope OrganizationalUnit
    ReadFromDomainController ResultSize SoftDeletedMailUser SortBy`,
  'Set-MailUser': `AcceptMessagesOnlyFrom AcceptMessagesOnlyFromDLMembers AcceptMessagesOnlyFromSendersOrMembers
    Alias ArbitrationMailbox ArchiveGuid ArchiveName BypassModerationFromSendersOrMembers Confirm
    CreateDTMFMap CustomAttribute1 CustomAttribute10 CustomAttribute11 CustomAttribute12
    CustomAttribute13 CustomAttribute14 CustomAttribute15 CustomAttribute2 CustomAttribute3
    CustomAttribute4 CustomAttribute5 CustomAttribute6 CustomAttribute7 CustomAttribute8
    CustomAttribute9 DisplayName DomainController EmailAddresses EmailAddressPolicyEnabled
    ExchangeGuid ExtensionCustomAttribute1 ExtensionCustomAttribute2 ExtensionCustomAttribute3
    ExtensionCustomAttribute4 ExtensionCustomAttribute5 ExternalEmailAddress FederatedIdentity
    ForceUpgrade GrantSendOnBehalfTo HiddenFromAddressListsEnabled Identity IgnoreDefaultScope
    ImmutableId MacAttachmentFormat MailboxProvisioningConstraint MailboxRegion MailTip
    MailTipTranslations MaxReceiveSize MaxSendSize MessageBodyFormat MessageFormat
    MicrosoftOnlineServicesID ModeratedBy ModerationEnabled Name Password PrimarySmtpAddress
    RecipientLimits RejectMessagesFrom RejectMessagesFromDLMembers
    RejectMessagesFromSendersOrMembers RemotePowerShellEnabled RemoveMailboxProvisioningConstraint
    RemovePicture RemoveSpokenName RequireSenderAuthenticationEnabled ResetPasswordOnNextLogon
    SamAccountName SecondaryAddress SecondaryDialPlan SendModerationNotifications SimpleDisplayName
    UMDtmfMap UseMapiRichTextFormat UsePreferMessageFormat UserCertificate UserPrincipalName
    UserSMimeCertificate WhatIf WindowsEmailAddress`,
  'Remove-MailUser': `Confirm DomainController Identity IgnoreDefaultScope IgnoreLegalHold KeepWindowsLiveID
    PermanentlyDelete WhatIf`,
  'New-MailContact': `Alias ArbitrationMailbox Confirm DisplayName DomainController ExternalEmailAddress FirstName
    Initials LastName MacAttachmentFormat MessageBodyFormat MessageFormat ModeratedBy
    ModerationEnabled Name OrganizationalUnit PrimarySmtpAddress SendModerationNotifications
    UsePreferMessageFormat WhatIf`,
  'Get-MailContact': `Anr Credential DomainController Filter Identity IgnoreDefaultScope OrganizationalUnit
    ReadFromDomainController RecipientTypeDetails ResultSize SortBy`,
  'Set-MailContact': `AcceptMessagesOnlyFrom AcceptMessagesOnlyFromDLMembers AcceptMessagesOnlyFromSendersOrMembers
    Alias ArbitrationMailbox BypassModerationFromSendersOrMembers Confirm CreateDTMFMap
    CustomAttribute1 CustomAttribute10 CustomAttribute11 CustomAttribute12 CustomAttribute13
    CustomAttribute14 CustomAttribute15 CustomAttribute2 CustomAttribute3 CustomAttribute4
    CustomAttribute5 CustomAttribute6 CustomAttribute7 CustomAttribute8 CustomAttribute9 DisplayName
    DomainController EmailAddresses EmailAddressPolicyEnabled ExtensionCustomAttribute1
    ExtensionCustomAttribute2 ExtensionCustomAttribute3 ExtensionCustomAttribute4
    ExtensionCustomAttribute5 ExternalEmailAddress ForceUpgrade GrantSendOnBehalfTo
    HiddenFromAddressListsEnabled Identity IgnoreDefaultScope MacAttachmentFormat MailTip
    MailTipTranslations MaxReceiveSize MaxSendSize MessageBodyFormat MessageFormat ModeratedBy
    ModerationEnabled Name PrimarySmtpAddress RecipientLimits RejectMessagesFrom
    RejectMessagesFromDLMembers RejectMessagesFromSendersOrMembers RemovePicture RemoveSpokenName
    RequireSenderAuthenticationEnabled SecondaryAddress SecondaryDialPlan
    SendModerationNotifications SimpleDisplayName UMDtmfMap UseMapiRichTextFormat
    UsePreferMessageFormat UserCertificate UserSMimeCertificate WhatIf WindowsEmailAddress`,
  'Remove-MailContact': `Confirm DomainController Identity IgnoreDefaultScope WhatIf`,
  'New-RemoteMailbox': `AccountDisabled ACLableSyncedObjectEnabled Alias Archive Confirm DisplayName DomainController
    Equipment FirstName ImmutableId Initials LastName ModeratedBy ModerationEnabled Name
    OnPremisesOrganizationalUnit Password PrimarySmtpAddress RemotePowerShellEnabled
    RemoteRoutingAddress ResetPasswordOnNextLogon Room SamAccountName SendModerationNotifications
    Shared UserPrincipalName WhatIf`,
  'Get-RemoteMailbox': `Anr Archive Credential DomainController Filter Identity IgnoreDefaultScope
    OnPremisesOrganizationalUnit ReadFromDomainController ResultSize SortBy`,
  'Set-RemoteMailbox': `AcceptMessagesOnlyFrom AcceptMessagesOnlyFromDLMembers AcceptMessagesOnlyFromSendersOrMembers
    ACLableSyncedObjectEnabled Alias ArchiveGuid ArchiveName BypassModerationFromSendersOrMembers
    Confirm CustomAttribute1 CustomAttribute10 CustomAttribute11 CustomAttribute12 CustomAttribute13
    CustomAttribute14 CustomAttribute15 CustomAttribute2 CustomAttribute3 CustomAttribute4
    CustomAttribute5 CustomAttribute6 CustomAttribute7 CustomAttribute8 CustomAttribute9 DisplayName
    DomainController EmailAddresses EmailAddressPolicyEnabled ExchangeGuid ExtensionCustomAttribute1
    ExtensionCustomAttribute2 ExtensionCustomAttribute3 ExtensionCustomAttribute4
    ExtensionCustomAttribute5 GrantSendOnBehalfTo HiddenFromAddressListsEnabled Identity
    IgnoreDefaultScope ImmutableId MailTip MailTipTranslations ModeratedBy ModerationEnabled Name
    PrimarySmtpAddress RecipientLimits RejectMessagesFrom RejectMessagesFromDLMembers
    RejectMessagesFromSendersOrMembers RemoteRoutingAddress RemovePicture RemoveSpokenName
    RequireSenderAuthenticationEnabled ResetPasswordOnNextLogon SamAccountName
    SendModerationNotifications Type UserPrincipalName WhatIf WindowsEmailAddress`,
  'Remove-RemoteMailbox': `Confirm DomainController Identity IgnoreDefaultScope IgnoreLegalHold WhatIf`,
  'New-DistributionGroup': `Alias ArbitrationMailbox BypassNestedModerationEnabled Confirm CopyOwnerToMember DisplayName
    DomainController IgnoreNamingPolicy ManagedBy MemberDepartRestriction MemberJoinRestriction
    Members ModeratedBy ModerationEnabled Name Notes OrganizationalUnit PrimarySmtpAddress
    RequireSenderAuthenticationEnabled RoomList SamAccountName SendModerationNotifications Type
    WhatIf`,
  'Get-DistributionGroup': `Anr Credential DomainController Filter Identity IgnoreDefaultScope ManagedBy OrganizationalUnit
    ReadFromDomainController RecipientTypeDetails ResultSize SortBy`,
  'Set-DistributionGroup': `AcceptMessagesOnlyFrom AcceptMessagesOnlyFromDLMembers AcceptMessagesOnlyFromSendersOrMembers
    Alias ArbitrationMailbox BypassModerationFromSendersOrMembers BypassNestedModerationEnabled
    BypassSecurityGroupManagerCheck Confirm CreateDTMFMap CustomAttribute1 CustomAttribute10
    CustomAttribute11 CustomAttribute12 CustomAttribute13 CustomAttribute14 CustomAttribute15
    CustomAttribute2 CustomAttribute3 CustomAttribute4 CustomAttribute5 CustomAttribute6
    CustomAttribute7 CustomAttribute8 CustomAttribute9 DisplayName DomainController EmailAddresses
    EmailAddressPolicyEnabled ExpansionServer ExtensionCustomAttribute1 ExtensionCustomAttribute2
    ExtensionCustomAttribute3 ExtensionCustomAttribute4 ExtensionCustomAttribute5 ForceUpgrade
    GrantSendOnBehalfTo HiddenFromAddressListsEnabled Identity IgnoreDefaultScope IgnoreNamingPolicy
    MailTip MailTipTranslations ManagedBy MaxReceiveSize MaxSendSize MemberDepartRestriction
    MemberJoinRestriction ModeratedBy ModerationEnabled Name PrimarySmtpAddress RejectMessagesFrom
    RejectMessagesFromDLMembers RejectMessagesFromSendersOrMembers ReportToManagerEnabled
    ReportToOriginatorEnabled RequireSenderAuthenticationEnabled RoomList SamAccountName
    SendModerationNotifications SendOofMessageToOriginatorEnabled SimpleDisplayName UMDtmfMap WhatIf
    WindowsEmailAddress`,
  'Remove-DistributionGroup': `BypassSecurityGroupManagerCheck Confirm DomainController Identity IgnoreDefaultScope WhatIf`,
  'Add-DistributionGroupMember': `BypassSecurityGroupManagerCheck Confirm DomainController Identity Member WhatIf`,
  'Get-DistributionGroupMember': `Credential DomainController Identity IgnoreDefaultScope ReadFromDomainController ResultSize`,
  'Remove-DistributionGroupMember': `BypassSecurityGroupManagerCheck Confirm DomainController Identity Member WhatIf`,
  'Get-Recipient': `Anr AuthenticationType BookmarkDisplayName Capabilities Credential Database DomainController
    Filter Identity IgnoreDefaultScope IncludeBookmarkObject OrganizationalUnit Properties
    PropertySet ReadFromDomainController RecipientPreviewFilter RecipientType RecipientTypeDetails
    ResultSize SortBy`,
  'New-RemoteDomain': `Confirm DomainController DomainName Name WhatIf`,
  'Get-RemoteDomain': `DomainController Identity`,
  'Set-RemoteDomain': `AllowedOOFType AutoForwardEnabled AutoReplyEnabled ByteEncoderTypeFor7BitCharsets CharacterSet
    Confirm ContentType DeliveryReportEnabled DisplaySenderName DomainController Identity IsInternal
    LineWrapSize MeetingForwardNotificationEnabled MessageCountThreshold Name
    NDRDiagnosticInfoEnabled NDREnabled NonMimeCharacterSet PreferredInternetCodePageForShiftJis
    RequiredCharsetCoverage SmtpDaneMandatoryModeEnabled TargetDeliveryDomain TNEFEnabled
    TrustedMailInboundEnabled TrustedMailOutboundEnabled UseSimpleDisplayName WhatIf`,
  'Remove-RemoteDomain': `Confirm DomainController Identity WhatIf`,
  'New-ForeignConnector': `AddressSpaces Confirm DomainController IsScopedConnector Name SourceTransportServers
    WhatIf`,
  'Get-ForeignConnector': `DomainController Identity`,
  'Set-ForeignConnector': `AddressSpaces Comment Confirm DomainController DropDirectory DropDirectoryQuota Enabled
    Force Identity IsScopedConnector MaxMessageSize Name RelayDsnRequired SourceTransportServers
    WhatIf`,
  'Remove-ForeignConnector': `Confirm DomainController Identity WhatIf`,
  'New-DeliveryAgentConnector': `AddressSpaces Comment Confirm DeliveryProtocol DomainController Enabled
    IsScopedConnector MaxConcurrentConnections MaxMessagesPerConnection MaxMessageSize Name
    SourceTransportServers WhatIf`,
  'Get-DeliveryAgentConnector': `DomainController Identity`,
  'Set-DeliveryAgentConnector': `AddressSpaces Comment Confirm DeliveryProtocol DomainController Enabled Force Identity
    IsScopedConnector MaxConcurrentConnections MaxMessagesPerConnection MaxMessageSize Name
    SourceTransportServers WhatIf`,
  'Remove-DeliveryAgentConnector': `Confirm DomainController Identity WhatIf`,
  'New-AcceptedDomain': `Confirm DomainController DomainName DomainType Name WhatIf`,
  'Get-AcceptedDomain': `DomainController Identity`,
  'Set-AcceptedDomain': `AddressBookEnabled CanHaveCloudCache Confirm DomainController DomainType
    EnableNego2Authentication Identity MailFlowRegion MakeDefault MatchSubDomains Name
    OutboundOnly PendingCompletion PendingRemoval SendingFromDomainDisabled
    SendingToDomainDisabled WhatIf`,
  'Remove-AcceptedDomain': `Confirm DomainController Identity WhatIf`,
  'Get-TransportService': `DomainController Identity`,
  'Set-TransportService': `ActiveUserStatisticsLogMaxAge ActiveUserStatisticsLogMaxDirectorySize
    ActiveUserStatisticsLogMaxFileSize ActiveUserStatisticsLogPath AgentLogEnabled
    AgentLogMaxAge AgentLogMaxDirectorySize AgentLogMaxFileSize AgentLogPath
    AntispamAgentsEnabled Confirm ConnectivityLogEnabled ConnectivityLogMaxAge
    ConnectivityLogMaxDirectorySize ConnectivityLogMaxFileSize ConnectivityLogPath
    ContentConversionTracingEnabled DelayNotificationTimeout DnsLogEnabled DnsLogMaxAge
    DnsLogMaxDirectorySize DnsLogMaxFileSize DnsLogPath DomainController
    ExternalDNSAdapterEnabled ExternalDNSAdapterGuid ExternalDNSProtocolOption
    ExternalDNSServers ExternalIPAddress Identity InternalDNSAdapterEnabled
    InternalDNSAdapterGuid InternalDNSProtocolOption InternalDNSServers
    IntraOrgConnectorProtocolLoggingLevel IntraOrgConnectorSmtpMaxMessagesPerConnection
    IrmLogEnabled IrmLogMaxAge IrmLogMaxDirectorySize IrmLogMaxFileSize IrmLogPath
    MaxConcurrentMailboxDeliveries MaxConcurrentMailboxSubmissions MaxConnectionRatePerMinute
    MaxOutboundConnections MaxPerDomainOutboundConnections MessageExpirationTimeout
    MessageRetryInterval MessageTrackingLogEnabled MessageTrackingLogMaxAge
    MessageTrackingLogMaxDirectorySize MessageTrackingLogMaxFileSize MessageTrackingLogPath
    MessageTrackingLogSubjectLoggingEnabled OutboundConnectionFailureRetryInterval
    PickupDirectoryMaxHeaderSize PickupDirectoryMaxMessagesPerMinute
    PickupDirectoryMaxRecipientsPerMessage PickupDirectoryPath PipelineTracingEnabled
    PipelineTracingPath PipelineTracingSenderAddress PoisonMessageDetectionEnabled
    PoisonThreshold QueueLogMaxAge QueueLogMaxDirectorySize QueueLogMaxFileSize QueueLogPath
    QueueMaxIdleTime ReceiveProtocolLogMaxAge ReceiveProtocolLogMaxDirectorySize
    ReceiveProtocolLogMaxFileSize ReceiveProtocolLogPath RecipientValidationCacheEnabled
    ReplayDirectoryPath RequestBrokerLogEnabled RequestBrokerLogMaxAge
    RequestBrokerLogMaxDirectorySize RequestBrokerLogMaxFileSize RequestBrokerLogPath
    ResourceLogEnabled ResourceLogMaxAge ResourceLogMaxDirectorySize ResourceLogMaxFileSize
    ResourceLogPath RootDropDirectoryPath RoutingTableLogMaxAge RoutingTableLogMaxDirectorySize
    RoutingTableLogPath SendProtocolLogMaxAge SendProtocolLogMaxDirectorySize
    SendProtocolLogMaxFileSize SendProtocolLogPath ServerStatisticsLogMaxAge
    ServerStatisticsLogMaxDirectorySize ServerStatisticsLogMaxFileSize ServerStatisticsLogPath
    TransientFailureRetryCount TransientFailureRetryInterval TransportHttpLogEnabled
    TransportHttpLogMaxAge TransportHttpLogMaxDirectorySize TransportHttpLogMaxFileSize
    TransportHttpLogPath TransportMaintenanceLogEnabled TransportMaintenanceLogMaxAge
    TransportMaintenanceLogMaxDirectorySize TransportMaintenanceLogMaxFileSize
    TransportMaintenanceLogPath TransportSyncAccountsPoisonAccountThreshold
    TransportSyncAccountsPoisonDetectionEnabled TransportSyncAccountsPoisonItemThreshold
    TransportSyncAccountsSuccessivePoisonItemThreshold TransportSyncEnabled
    TransportSyncExchangeEnabled TransportSyncHubHealthLogEnabled
    TransportSyncHubHealthLogFilePath TransportSyncHubHealthLogMaxAge
    TransportSyncHubHealthLogMaxDirectorySize TransportSyncHubHealthLogMaxFileSize
    TransportSyncImapEnabled TransportSyncLogEnabled TransportSyncLogFilePath
    TransportSyncLogLoggingLevel TransportSyncLogMaxAge TransportSyncLogMaxDirectorySize
    TransportSyncLogMaxFileSize TransportSyncMaxDownloadItemsPerConnection
    TransportSyncMaxDownloadSizePerConnection TransportSyncMaxDownloadSizePerItem
    TransportSyncPopEnabled TransportSyncRemoteConnectionTimeout UseDowngradedExchangeServerAuth
    WhatIf WindowsLiveHotmailTransportSyncEnabled WlmLogMaxAge WlmLogMaxDirectorySize
    WlmLogMaxFileSize WlmLogPath`,
  'Get-FrontendTransportService': `DomainController Identity`,
  'Set-FrontendTransportService': `AgentLogEnabled AgentLogMaxAge AgentLogMaxDirectorySize AgentLogMaxFileSize AgentLogPath
    AntispamAgentsEnabled Confirm ConnectivityLogEnabled ConnectivityLogMaxAge
    ConnectivityLogMaxDirectorySize ConnectivityLogMaxFileSize ConnectivityLogPath DnsLogEnabled
    DnsLogMaxAge DnsLogMaxDirectorySize DnsLogMaxFileSize DnsLogPath DomainController
    ExternalDNSAdapterEnabled ExternalDNSAdapterGuid ExternalDNSProtocolOption
    ExternalDNSServers ExternalIPAddress Identity InternalDNSAdapterEnabled
    InternalDNSAdapterGuid InternalDNSProtocolOption InternalDNSServers
    IntraOrgConnectorProtocolLoggingLevel MaxConnectionRatePerMinute ReceiveProtocolLogMaxAge
    ReceiveProtocolLogMaxDirectorySize ReceiveProtocolLogMaxFileSize ReceiveProtocolLogPath
    RoutingTableLogMaxAge RoutingTableLogMaxDirectorySize RoutingTableLogPath
    SendProtocolLogMaxAge SendProtocolLogMaxDirectorySize SendProtocolLogMaxFileSize
    SendProtocolLogPath TransientFailureRetryCount TransientFailureRetryInterval WhatIf`,
  'Get-TransportConfig': `DomainController Identity`,
  'Set-TransportConfig': `AddressBookPolicyRoutingEnabled AgentGeneratedMessageLoopDetectionInSmtpEnabled
    AgentGeneratedMessageLoopDetectionInSubmissionEnabled AllowLegacyTLSClients ClearCategories
    Confirm ConvertDisclaimerWrapperToEml DSNConversionMode DiagnosticsAggregationServicePort
    DomainController ExternalDelayDsnEnabled ExternalDsnDefaultLanguage
    ExternalDsnLanguageDetectionEnabled ExternalDsnMaxMessageAttachSize
    ExternalDsnReportingAuthority ExternalDsnSendHtml ExternalPostmasterAddress Force
    GenerateCopyOfDSNFor HeaderPromotionModeSetting Identity InternalDelayDsnEnabled
    InternalDsnDefaultLanguage InternalDsnLanguageDetectionEnabled
    InternalDsnMaxMessageAttachSize InternalDsnReportingAuthority InternalDsnSendHtml
    InternalSMTPServers JournalMessageExpirationDays JournalingReportNdrTo
    LegacyJournalingMigrationEnabled MaxAllowedAgentGeneratedMessageDepth
    MaxAllowedAgentGeneratedMessageDepthPerAgent MaxDumpsterSizePerDatabase MaxDumpsterTime
    MaxReceiveSize MaxRecipientEnvelopeLimit MaxRetriesForLocalSiteShadow
    MaxRetriesForRemoteSiteShadow MaxSendSize MessageExpiration
    PreventDuplicateJournalingEnabled QueueDiagnosticsAggregationInterval
    RejectMessageOnShadowFailure ReplyAllStormBlockDurationHours
    ReplyAllStormDetectionMinimumRecipients ReplyAllStormDetectionMinimumReplies
    ReplyAllStormProtectionEnabled Rfc2231EncodingEnabled SafetyNetHoldTime
    ShadowHeartbeatFrequency ShadowHeartbeatRetryCount ShadowHeartbeatTimeoutInterval
    ShadowMessageAutoDiscardInterval ShadowMessagePreferenceSetting ShadowRedundancyEnabled
    ShadowResubmitTimeSpan SmtpClientAuthenticationDisabled SupervisionTags
    TLSReceiveDomainSecureList TLSSendDomainSecureList TransportRuleAttachmentTextScanLimit
    VerifySecureSubmitEnabled VoicemailJournalingEnabled WhatIf Xexch50Enabled`,
  'Get-Queue': `BookmarkIndex BookmarkObject Exclude Filter Identity Include IncludeBookmark ResultSize
    ReturnPageInfo SearchForward Server SortOrder`,
  'Get-QueueDigest': `Dag DetailsLevel Filter Forest GroupBy ResultSize Server Site Timeout`,
  'Suspend-Queue': `Confirm Filter Identity Server WhatIf`,
  'Resume-Queue': `Confirm Filter Identity Server WhatIf`,
  'Retry-Queue': `Confirm Filter Identity Resubmit Server WhatIf`,
  'Get-Message': `BookmarkIndex BookmarkObject Filter Identity IncludeBookmark IncludeComponentLatencyInfo
    IncludeRecipientInfo Queue ResultSize ReturnPageInfo SearchForward Server SortOrder`,
  'Suspend-Message': `Confirm Filter Identity Server WhatIf`,
  'Resume-Message': `Confirm Filter Identity Server WhatIf`,
  'Remove-Message': `Confirm Filter Identity Server WhatIf WithNDR`,
  'Redirect-Message': `Confirm Server Target WhatIf`,
  'Export-Message': `Confirm Identity WhatIf`,
  'Get-MessageTrackingLog': `DomainController End EventId InternalMessageId MessageId MessageSubject NetworkMessageId
    Recipients Reference ResultSize Sender Server Source Start TransportTrafficType`,
  'Get-ExchangeCertificate': `DomainController DomainName Identity Instance Server Thumbprint`,
  'Import-ExchangeCertificate': `Confirm DomainController FileData FileName FriendlyName Instance Password
    PrivateKeyExportable Server WhatIf`,
  'New-ExchangeCertificate': `BinaryEncoded Confirm DomainController DomainName Force FriendlyName GenerateRequest
    IncludeAcceptedDomains IncludeAutoDiscover IncludeServerFQDN IncludeServerNetBIOSName
    Instance KeySize PrivateKeyExportable RequestFile Server Services SubjectKeyIdentifier
    SubjectName WhatIf`,
  'Enable-ExchangeCertificate': `Confirm DoNotRequireSsl DomainController Force Identity NetworkServiceAllowed Server
    Services Thumbprint WhatIf`,
  'Remove-ExchangeCertificate': `Confirm DomainController Identity Server Thumbprint WhatIf`,
  'Test-SmtpConnectivity': `Confirm DomainController Identity MonitoringContext WhatIf`,
  'Test-ServiceHealth': `ActiveDirectoryTimeout Confirm DomainController MonitoringContext Server WhatIf`,
  'Test-Mailflow': `ActiveDirectoryTimeout AutoDiscoverTargetMailboxServer Confirm CrossPremises
    CrossPremisesExpirationTimeout CrossPremisesPendingErrorCount DomainController ErrorLatency
    ExecutionTimeout Identity MonitoringContext TargetDatabase TargetEmailAddress
    TargetEmailAddressDisplayName TargetMailboxServer WhatIf`,
  'Disable-TransportAgent': `Confirm DomainController Identity TransportService WhatIf`,
  'Enable-TransportAgent': `Confirm DomainController Identity TransportService WhatIf`,
  'Get-TransportAgent': `DomainController Identity TransportService`,
  'Install-TransportAgent': `AssemblyPath Confirm DomainController Name TransportAgentFactory
    TransportService WhatIf`,
  'Set-TransportAgent': `Confirm DomainController Identity Priority TransportService WhatIf`,
  'Uninstall-TransportAgent': `Confirm DomainController Identity TransportService WhatIf`,
  'Get-TransportPipeline': `DomainController`,
  'Get-AgentLog': `EndDate Location StartDate TransportService`,
  'Search-AdminAuditLog': `Cmdlets DomainController EndDate ExternalAccess IsSuccess ObjectIds Parameters ResultSize
    StartDate StartIndex UserIds`,
  'Get-ExchangeServer': `Domain DomainController Identity Status`,
  'Get-LocalUser': `Name SID`,
  'New-LocalUser': `AccountExpires AccountNeverExpires Confirm Description Disabled FullName Name NoPassword
    Password PasswordNeverExpires UserMayNotChangePassword WhatIf`,
  'Set-LocalUser': `AccountExpires AccountNeverExpires Confirm Description FullName InputObject Name Password
    PasswordNeverExpires SID UserMayChangePassword WhatIf`,
  'Remove-LocalUser': `Confirm InputObject Name SID WhatIf`,
  'Get-Help': `Category Component Detailed Examples Full Functionality Name Online Parameter Path Role
    ShowWindow`,
  'Get-Command': `All ArgumentList CommandType FullyQualifiedModule FuzzyMinimumDistance ListImported Module
    Name Noun ParameterName ParameterType ShowCommandInfo Syntax TotalCount
    UseAbbreviationExpansion UseFuzzyMatching Verb`,
}
