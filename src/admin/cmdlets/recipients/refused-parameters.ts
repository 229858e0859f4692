import { type ParameterTable, refused } from '../../shell/cmdlet.ts'

const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}${index + 1}`).join(' ')

/** Parameters of Exchange's recipients that mean nothing here, by why they do not. */
const reasons: readonly (readonly [string, string])[] = [
  [
    'a recipient has a name and addresses here; what else is known of people is for the directory.',
    `DisplayName FirstName LastName Initials SimpleDisplayName Notes MailTip MailTipTranslations RemovePicture
    RemoveSpokenName UMDtmfMap CreateDTMFMap SecondaryAddress SecondaryDialPlan ImmutableId ExchangeGuid ArchiveGuid
    ArchiveName FederatedIdentity UserCertificate UserSMimeCertificate ForceUpgrade
    ${numbered('CustomAttribute', 15)} ${numbered('ExtensionCustomAttribute', 5)}`,
  ],
  [
    'recipients are no accounts; New-LocalUser makes one.',
    `Password UserPrincipalName SamAccountName MicrosoftOnlineServicesID ResetPasswordOnNextLogon
    RemotePowerShellEnabled AccountDisabled`,
  ],
  [
    'nobody moderates messages here.',
    `ModerationEnabled ModeratedBy SendModerationNotifications ArbitrationMailbox BypassModerationFromSendersOrMembers
    BypassNestedModerationEnabled`,
  ],
  [
    'who may send is decided by the connector, not by the recipient.',
    `AcceptMessagesOnlyFrom AcceptMessagesOnlyFromDLMembers AcceptMessagesOnlyFromSendersOrMembers RejectMessagesFrom
    RejectMessagesFromDLMembers RejectMessagesFromSendersOrMembers RequireSenderAuthenticationEnabled
    GrantSendOnBehalfTo`,
  ],
  [
    'limits are those of connectors, Set-TransportService and Set-TransportConfig.',
    'MaxReceiveSize MaxSendSize RecipientLimits',
  ],
  [
    'the content of messages is not converted.',
    'MacAttachmentFormat MessageBodyFormat MessageFormat UsePreferMessageFormat UseMapiRichTextFormat',
  ],
  [
    'there are no address lists and no address policies; EmailAddresses holds the addresses.',
    'HiddenFromAddressListsEnabled EmailAddressPolicyEnabled WindowsEmailAddress IgnoreNamingPolicy',
  ],
  [
    'there are no mailboxes here.',
    `Archive Equipment Room Shared Type RoomList MailboxRegion IgnoreLegalHold PermanentlyDelete KeepWindowsLiveID
    SoftDeletedMailUser ACLableSyncedObjectEnabled MailboxProvisioningConstraint RemoveMailboxProvisioningConstraint
    Database`,
  ],
  [
    'a group has members and no managers.',
    `ManagedBy MemberDepartRestriction MemberJoinRestriction CopyOwnerToMember BypassSecurityGroupManagerCheck
    ReportToManagerEnabled ReportToOriginatorEnabled SendOofMessageToOriginatorEnabled ExpansionServer`,
  ],
  [
    'there is no Active Directory; what Directory names in the configuration is asked.',
    `Credential IgnoreDefaultScope OrganizationalUnit OnPremisesOrganizationalUnit ReadFromDomainController
    AuthenticationType BookmarkDisplayName Capabilities IncludeBookmarkObject Properties PropertySet
    RecipientPreviewFilter`,
  ],
  ['it is what stands before the @ of the primary address; give -PrimarySmtpAddress.', 'Alias'],
  ['recipients come in the order of their source; pipe them to Sort-Object.', 'SortBy'],
]

const reasonOf: ReadonlyMap<string, string> = new Map(
  reasons.flatMap(([why, names]) => names.split(/\s+/).map((name) => [name, why] as const)),
)

/** Refuses the parameters, each by its reason; those that say what is so anyway are taken. */
export function refusedParameters(names: string): ParameterTable {
  return Object.fromEntries(
    names.split(/\s+/).map((name) => {
      const why = reasonOf.get(name)
      if (why === undefined) throw new RangeError(`no reason to refuse ${name}`)
      return [name, refused(why)] as const
    }),
  )
}

const ofSenders = `AcceptMessagesOnlyFrom AcceptMessagesOnlyFromDLMembers AcceptMessagesOnlyFromSendersOrMembers
  RejectMessagesFrom RejectMessagesFromDLMembers RejectMessagesFromSendersOrMembers RequireSenderAuthenticationEnabled
  GrantSendOnBehalfTo BypassModerationFromSendersOrMembers ModeratedBy ModerationEnabled SendModerationNotifications`
const ofPeople = `Alias DisplayName HiddenFromAddressListsEnabled EmailAddressPolicyEnabled WindowsEmailAddress MailTip
  MailTipTranslations ${numbered('CustomAttribute', 15)} ${numbered('ExtensionCustomAttribute', 5)} IgnoreDefaultScope`
const ofFormats = 'MacAttachmentFormat MessageBodyFormat MessageFormat UsePreferMessageFormat'
const ofNew = `DisplayName ArbitrationMailbox ModeratedBy ModerationEnabled SendModerationNotifications`
const ofSearch = 'Credential IgnoreDefaultScope ReadFromDomainController SortBy'

/** Refused by the commands of each noun. */
export const refusals = {
  MailUser: {
    new: `${ofNew} ${ofFormats} OrganizationalUnit FirstName LastName Initials Password UserPrincipalName SamAccountName
      MicrosoftOnlineServicesID ResetPasswordOnNextLogon RemotePowerShellEnabled ImmutableId FederatedIdentity
      MailboxRegion`,
    get: `${ofSearch} OrganizationalUnit SoftDeletedMailUser`,
    set: `${ofSenders} ${ofPeople} ${ofFormats} UseMapiRichTextFormat ArbitrationMailbox CreateDTMFMap UMDtmfMap
      ExchangeGuid FederatedIdentity ForceUpgrade ImmutableId MaxReceiveSize MaxSendSize MicrosoftOnlineServicesID
      Password RecipientLimits RemotePowerShellEnabled RemovePicture RemoveSpokenName ResetPasswordOnNextLogon
      SamAccountName SecondaryAddress SecondaryDialPlan SimpleDisplayName UserCertificate UserPrincipalName
      UserSMimeCertificate ArchiveGuid ArchiveName MailboxRegion MailboxProvisioningConstraint
      RemoveMailboxProvisioningConstraint`,
    remove: 'IgnoreDefaultScope IgnoreLegalHold KeepWindowsLiveID PermanentlyDelete',
  },
  MailContact: {
    new: `${ofNew} ${ofFormats} OrganizationalUnit FirstName LastName Initials`,
    get: `${ofSearch} OrganizationalUnit`,
    set: `${ofSenders} ${ofPeople} ${ofFormats} UseMapiRichTextFormat ArbitrationMailbox CreateDTMFMap UMDtmfMap
      ForceUpgrade MaxReceiveSize MaxSendSize RecipientLimits RemovePicture RemoveSpokenName SecondaryAddress
      SecondaryDialPlan SimpleDisplayName UserCertificate UserSMimeCertificate`,
    remove: 'IgnoreDefaultScope',
  },
  RemoteMailbox: {
    new: `${ofNew} ACLableSyncedObjectEnabled AccountDisabled Archive Equipment Room Shared FirstName LastName Initials
      ImmutableId OnPremisesOrganizationalUnit Password RemotePowerShellEnabled ResetPasswordOnNextLogon SamAccountName
      UserPrincipalName`,
    get: `${ofSearch} Archive OnPremisesOrganizationalUnit`,
    set: `${ofSenders} ${ofPeople} ACLableSyncedObjectEnabled ArchiveGuid ArchiveName ExchangeGuid ImmutableId
      RecipientLimits RemovePicture RemoveSpokenName ResetPasswordOnNextLogon SamAccountName Type UserPrincipalName`,
    remove: 'IgnoreDefaultScope IgnoreLegalHold',
  },
  DistributionGroup: {
    new: `${ofNew} BypassNestedModerationEnabled CopyOwnerToMember IgnoreNamingPolicy ManagedBy MemberDepartRestriction
      MemberJoinRestriction Notes OrganizationalUnit RequireSenderAuthenticationEnabled RoomList SamAccountName`,
    get: `${ofSearch} ManagedBy OrganizationalUnit`,
    set: `${ofSenders} ${ofPeople} ArbitrationMailbox BypassNestedModerationEnabled BypassSecurityGroupManagerCheck
      CreateDTMFMap UMDtmfMap ExpansionServer ForceUpgrade IgnoreNamingPolicy ManagedBy MaxReceiveSize MaxSendSize
      MemberDepartRestriction MemberJoinRestriction ReportToManagerEnabled ReportToOriginatorEnabled RoomList
      SamAccountName SendOofMessageToOriginatorEnabled SimpleDisplayName`,
    remove: 'BypassSecurityGroupManagerCheck IgnoreDefaultScope',
  },
  members: {
    change: 'BypassSecurityGroupManagerCheck',
    get: 'Credential IgnoreDefaultScope ReadFromDomainController',
  },
  Recipient: {
    get: `${ofSearch} AuthenticationType BookmarkDisplayName Capabilities Database IncludeBookmarkObject
      OrganizationalUnit Properties PropertySet RecipientPreviewFilter`,
  },
} as const
