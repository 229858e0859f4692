/** Cmdlets of Exchange Server and of Exchange Online that do what the relay does not. */
interface AbsentFamily {
  /** What there is not, and what to use instead: whole sentences, the first one begun in lower case. */
  readonly why: string
  /** The verbs of each noun. */
  readonly cmdlets: Readonly<Record<string, string>>
}

const change = 'Get New Remove Set'
const rule = 'Disable Enable Get New Remove Set'
const config = 'Get Set'
const entries = 'Add Get Remove'
const providers = 'Add Get Remove Set Test'

const families: readonly AbsentFamily[] = [
  {
    why: 'there are no transport rules; filter on the server behind the relay.',
    cmdlets: {
      TransportRule: rule,
      TransportRuleAction: 'Get',
      TransportRuleCollection: 'Export Import',
      TransportRulePredicate: 'Get',
    },
  },
  {
    why: 'mail is not filtered for spam; put a filter before or behind the relay. Who may connect is said by the RemoteIPRanges of Receive connectors.',
    cmdlets: {
      AntispamUpdates: 'Disable Enable Get',
      ContentFilterConfig: config,
      ContentFilterPhrase: entries,
      HostedConnectionFilterPolicy: change,
      HostedContentFilterPolicy: change,
      EOPProtectionPolicyRule: rule,
      HostedContentFilterRule: rule,
      HostedOutboundSpamFilterPolicy: change,
      HostedOutboundSpamFilterRule: rule,
      IPAllowListConfig: config,
      IPAllowListEntry: entries,
      IPAllowListProvider: providers,
      IPAllowListProvidersConfig: config,
      IPBlockListConfig: config,
      IPBlockListEntry: entries,
      IPBlockListProvider: providers,
      IPBlockListProvidersConfig: config,
      QuarantineMessage: 'Delete Export Get Preview Release',
      QuarantineMessageHeader: 'Get',
      QuarantinePolicy: change,
      RecipientFilterConfig: config,
      SafeList: 'Update',
      SenderFilterConfig: config,
      SenderId: 'Test',
      SenderIdConfig: config,
      SenderReputationConfig: config,
      SpoofIntelligenceInsight: 'Get',
      TenantAllowBlockListItems: change,
      TenantAllowBlockListSpoofItems: change,
    },
  },
  {
    why: 'mail is not searched for malware and attachments are not looked into; filter before or behind the relay.',
    cmdlets: {
      AntimalwareScanning: 'Disable Enable',
      AntiPhishPolicy: change,
      AntiPhishRule: rule,
      AttachmentFilterEntry: entries,
      AttachmentFilterListConfig: config,
      AtpPolicyForO365: config,
      ATPProtectionPolicyRule: rule,
      MalwareFilteringServer: config,
      MalwareFilterPolicy: change,
      MalwareFilterRecoveryItem: 'Get',
      MalwareFilterRule: rule,
      SafeAttachmentPolicy: change,
      SafeAttachmentRule: rule,
      SafeLinksPolicy: change,
      SafeLinksRule: rule,
    },
  },
  {
    why: 'mail is neither signed nor sealed: signatures of others pass through as they are.',
    cmdlets: {
      ArcConfig: config,
      DkimSigningConfig: 'Get New Rotate Set',
      DnssecForVerifiedDomain: 'Disable Enable',
      DnssecStatusForVerifiedDomain: 'Get',
      SmtpDaneInbound: 'Disable Enable',
      SmtpDaneInboundStatus: 'Get',
      SmimeConfig: config,
    },
  },
  {
    why: 'there is no Active Directory to subscribe to: the configuration is one file, which can be copied to another server.',
    cmdlets: {
      ADServerSettings: config,
      DomainController: 'Get',
      EdgeSubscription: 'Get New Remove',
      EdgeSynchronization: 'Start Test',
      EdgeSyncServiceConfig: 'Get New Set',
    },
  },
  {
    why: 'there are no Active Directory sites and no routes between servers; a Send connector with SmartHosts leads to the next server.',
    cmdlets: {
      AdSite: config,
      AdSiteLink: config,
      RoutingGroupConnector: change,
    },
  },
  {
    why: 'addresses of X.400 are routed as others are, by the address spaces of Foreign and Delivery Agent connectors.',
    cmdlets: {
      X400AuthoritativeDomain: change,
    },
  },
  {
    why: 'there is no journaling.',
    cmdlets: {
      JournalRule: rule,
      JournalRuleCollection: 'Export Import',
    },
  },
  {
    why: 'contents are not classified, encrypted or kept from leaving.',
    cmdlets: {
      ClassificationRuleCollection: change,
      DataClassification: change,
      DataClassificationConfig: 'Get',
      DlpPolicy: change,
      DlpPolicyCollection: 'Export Import',
      DlpPolicyTemplate: 'Get Import Remove',
      IRMConfiguration: 'Get Set Test',
      MessageClassification: change,
      OMEConfiguration: change,
      OutlookProtectionRule: rule,
      PolicyTipConfig: change,
      RMSTemplate: config,
      RMSTrustedPublishingDomain: 'Export Get Import Remove Set',
    },
  },
  {
    why: 'the texts of notifications are those of the relay.',
    cmdlets: { SystemMessage: change },
  },
  {
    why: 'no copies of delivered messages are kept, so nothing can be delivered once more.',
    cmdlets: { ResubmitRequest: 'Add Get Remove Set' },
  },
  {
    why: 'traces are made by Exchange Online of its own mail; use Get-MessageTrackingLog.',
    cmdlets: {
      HistoricalSearch: 'Get Start Stop',
      MailDetailATPReport: 'Get',
      MailDetailTransportRuleReport: 'Get',
      MailFlowStatusReport: 'Get',
      MailTrafficATPReport: 'Get',
      MailTrafficPolicyReport: 'Get',
      MailTrafficSummaryReport: 'Get',
      MessageTrace: 'Get',
      MessageTraceDetail: 'Get',
      MessageTraceDetailV2: 'Get',
      MessageTraceV2: 'Get',
      MessageTrackingReport: 'Get Search',
    },
  },
  {
    why: 'it belongs to Exchange Online; use New-ReceiveConnector and New-SendConnector.',
    cmdlets: {
      InboundConnector: change,
      InboundConnectorReport: 'Get',
      OutboundConnector: 'Get New Remove Set Validate',
      OutboundConnectorReport: 'Get',
    },
  },
  {
    why: 'there is no organisation with other servers or with Exchange Online.',
    cmdlets: {
      AvailabilityAddressSpace: 'Add Get Remove Set',
      FederatedOrganizationIdentifier: config,
      FederationTrust: 'Get New Remove Set Test',
      HybridConfiguration: 'Get New Remove Set Update',
      HybridMailflow: config,
      HybridMailflowDatacenterIPs: 'Get',
      IntraOrganizationConfiguration: 'Get',
      IntraOrganizationConnector: change,
      OnPremisesOrganization: change,
      OrganizationConfig: config,
      OrganizationRelationship: 'Get New Remove Set Test',
      OrganizationSegment: 'Get',
    },
  },
  {
    why: 'there are no mailboxes; mail for people is handed to the servers that have them.',
    cmdlets: {
      CASMailbox: config,
      MailboxPermission: entries,
      RecipientPermission: entries,
      InboxRule: rule,
      MAPIConnectivity: 'Test',
      Mailbox: 'Disable Enable Get New Remove Set',
      MailboxDatabase: 'Dismount Get Mount New Remove Set',
      MailboxServer: config,
      MailboxTransportService: config,
      ImapSettings: config,
      PopSettings: config,
    },
  },
  {
    why: 'a recipient has a name, addresses and a target address here; use New-MailUser, New-MailContact, New-RemoteMailbox and New-DistributionGroup, or name a file or an LDAP server in Directory of the configuration.',
    cmdlets: {
      AddressBookPolicy: change,
      DistributionGroup: 'Disable Enable',
      DistributionGroupMember: 'Update',
      DynamicDistributionGroup: change,
      EmailAddressPolicy: 'Get New Remove Set Update',
      MailContact: 'Disable Enable',
      MailUser: 'Disable Enable',
      RemoteMailbox: 'Disable Enable',
      MailPublicFolder: 'Disable Enable Get Set',
      User: config,
      Group: config,
      Contact: config,
    },
  },
  {
    why: 'limits are those of connectors, Set-TransportService and Set-TransportConfig.',
    cmdlets: {
      ThrottlingPolicy: change,
      ThrottlingPolicyAssociation: config,
    },
  },
  {
    why: 'there is no managed availability; use Test-ServiceHealth, or "edge healthcheck".',
    cmdlets: {
      HealthReport: 'Get',
      MonitoringItemHelp: 'Get',
      MonitoringItemIdentity: 'Get',
      ServerComponentState: config,
      ServerHealth: 'Get',
      ServerMonitor: 'Get',
      GlobalMonitoringOverride: entries,
      ServerMonitoringOverride: entries,
    },
  },
  {
    why: 'diagnostics are in the logs; see Get-Help about_Logs.',
    cmdlets: {
      EventLogLevel: config,
      ExchangeDiagnosticInfo: 'Get',
      NetworkConnectionInfo: 'Get',
      SystemHealth: 'Test',
    },
  },
  {
    why: 'every change is recorded always; use Search-AdminAuditLog.',
    cmdlets: {
      AdminAuditLog: 'Write',
      AdminAuditLogConfig: config,
      AdminAuditLogSearch: 'New',
      AuditLogSearch: 'Get',
      UnifiedAuditLog: 'Search',
    },
  },
  {
    why: 'there are no roles: whoever may write the configuration file and ask the services manages the relay.',
    cmdlets: {
      ManagementRole: change,
      ManagementRoleAssignment: change,
      ManagementRoleEntry: 'Add Get Remove Set',
      ManagementScope: change,
      RoleGroup: change,
      RoleGroupMember: 'Add Get Remove Update',
    },
  },
  {
    why: "the server's Name, Fqdn and Role stand in the configuration file, and hold from the next start.",
    cmdlets: { ExchangeServer: 'Set' },
  },
  {
    why: 'the services run as long as "edge start" does, and take changes up by themselves.',
    cmdlets: { Service: 'Get Restart Set Start Stop' },
  },
  {
    why: 'this shell manages its own server, and all its commands are there already.',
    cmdlets: {
      ExchangeOnline: 'Connect Disconnect',
      Module: 'Get Import Install Remove',
      PSSession: 'Enter Exit Get Import New Remove',
      PSSnapin: 'Add Get Remove',
    },
  },
  {
    why: 'certificates are kept as files; copy them, or use Import-ExchangeCertificate.',
    cmdlets: { ExchangeCertificate: 'Export' },
  },
]

/** Why there is no such cmdlet, by its name; no command's list has these names. */
export const absentCmdlets: ReadonlyMap<string, string> = new Map(
  families.flatMap(({ why, cmdlets }) =>
    Object.entries(cmdlets).flatMap(([noun, verbs]) =>
      verbs.split(' ').map((verb) => [`${verb}-${noun}`, why] as const),
    ),
  ),
)
