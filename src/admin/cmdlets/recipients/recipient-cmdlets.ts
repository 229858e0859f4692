import type { Cmdlet } from '../../shell/cmdlet.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { distributionGroupCmdlets } from './distribution-groups.ts'
import { mailRecipientCmdlets } from './mail-recipients.ts'
import type { RecipientListing } from './recipient-listing.ts'
import { recipientNoun } from './recipient-noun.ts'
import { type RecipientShowing, recipientGetCmdlet } from './recipient-search.ts'
import { refusals } from './refused-parameters.ts'

const showings: readonly RecipientShowing[] = [
  {
    noun: 'Recipient',
    synopsis: 'Shows recipients of all kinds: of the configuration, of its file, and of LDAP.',
    refused: refusals.Recipient.get,
    examples: [
      {
        code: "Get-Recipient -Filter {RecipientTypeDetails -eq 'RemoteUserMailbox'}",
        text: 'Lists those whose mail goes to Exchange Online.',
      },
      { code: 'Get-Recipient julie@contoso.com', text: 'Shows who has this address.' },
    ],
  },
  {
    noun: 'MailUser',
    synopsis: 'Shows people of the organisation who have their mail elsewhere.',
    refused: refusals.MailUser.get,
    examples: [{ code: 'Get-MailUser -ResultSize unlimited', text: 'Lists all of them.' }],
  },
  {
    noun: 'MailContact',
    synopsis: 'Shows contacts outside the organisation.',
    refused: refusals.MailContact.get,
    examples: [{ code: 'Get-MailContact -Anr part', text: 'Lists those that begin so.' }],
  },
  {
    noun: 'RemoteMailbox',
    synopsis: 'Shows people whose mailbox is in Exchange Online.',
    refused: refusals.RemoteMailbox.get,
    examples: [{ code: 'Get-RemoteMailbox david', text: 'Shows one.' }],
  },
  {
    noun: 'DistributionGroup',
    synopsis: 'Shows groups.',
    refused: refusals.DistributionGroup.get,
    examples: [{ code: 'Get-DistributionGroup Sales', text: 'Shows one.' }],
  },
]

/** The commands on recipients and groups. */
export function recipientCmdlets(
  configuration: Configuration,
  listing: RecipientListing,
): readonly Cmdlet[] {
  return [
    ...showings.map((showing) => recipientGetCmdlet(configuration, listing, showing)),
    ...mailRecipientCmdlets(configuration, {
      ...{ type: 'MailUser', target: 'ExternalEmailAddress' },
      noun: recipientNoun('MailUser', 'mail user'),
      newExample: {
        code: 'New-MailUser -Name Ed -ExternalEmailAddress ed@fabrikam.com',
        text: 'Makes ed@ in the default domain, whose mail goes to ed@fabrikam.com.',
      },
      setExample: {
        code: "Set-MailUser Ed -EmailAddresses @{Add='smtp:edward@contoso.com'}",
        text: 'Gives him a further address.',
      },
    }),
    ...mailRecipientCmdlets(configuration, {
      ...{ type: 'MailContact', target: 'ExternalEmailAddress' },
      noun: recipientNoun('MailContact', 'mail contact'),
      newExample: {
        code: 'New-MailContact -Name Partner -ExternalEmailAddress info@fabrikam.com',
        text: 'Makes a contact that groups can have as a member.',
      },
      setExample: {
        code: 'Set-MailContact Partner -ExternalEmailAddress sales@fabrikam.com',
        text: 'Sends its mail to another address.',
      },
    }),
    ...mailRecipientCmdlets(configuration, {
      ...{ type: 'RemoteMailbox', target: 'RemoteRoutingAddress' },
      noun: recipientNoun('RemoteMailbox', 'remote mailbox'),
      newExample: {
        code: 'New-RemoteMailbox -Name David -RemoteRoutingAddress david@contoso.mail.onmicrosoft.com',
        text: 'Makes david@ in the default domain, whose mailbox is in Exchange Online.',
      },
      setExample: {
        code: 'Set-RemoteMailbox David -PrimarySmtpAddress d.green@contoso.com',
        text: 'Gives him another primary address; the one before stays as a further one.',
      },
    }),
    ...distributionGroupCmdlets(configuration, listing),
  ]
}
