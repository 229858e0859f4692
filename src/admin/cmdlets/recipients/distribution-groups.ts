import type { ConfigDraft } from '../../../config/change-config.ts'
import {
  type RecipientEntry,
  readEntry,
  withoutPrefix,
} from '../../../directory/recipient-entry.ts'
import { isMailbox } from '../../../smtp/address.ts'
import { type Cmdlet, defineCmdlet, parameter } from '../../shell/cmdlet.ts'
import { identity, identityAmong, list, oneOf } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import type { ShellObject } from '../../values/value.ts'
import { type Attempt, changingCmdlet } from '../configuration/changing-cmdlet.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { notFound } from '../configuration/identities.ts'
import { identityParameter } from '../configuration/list-cmdlets.ts'
import { addItem, changeItem } from '../configuration/list-noun.ts'
import { directoryParameters } from '../configuration/setting-parameters.ts'
import { limitedResults, resultSize } from '../queues/result-size.ts'
import {
  addressChanges,
  emailAddressesParameter,
  newParameters,
  removeRecipientCmdlet,
  setParameters,
} from './mail-recipients.ts'
import type { ListedRecipient, RecipientListing } from './recipient-listing.ts'
import {
  changeMembers,
  othersOf,
  recipientNoun,
  usualAddress,
  warnOfFirst,
} from './recipient-noun.ts'
import { recipientObject } from './recipient-object.ts'
import { refusals, refusedParameters } from './refused-parameters.ts'

const noun = recipientNoun('DistributionGroup', 'distribution group')
const refused = refusals.DistributionGroup
const groupParameter = {
  help: 'The name, an address or the alias of the group.',
  position: 0,
  required: true,
  pipeline: 'both',
} as const

/** The commands on groups and their members. */
export function distributionGroupCmdlets(
  configuration: Configuration,
  listing: RecipientListing,
): readonly Cmdlet[] {
  return [
    newGroup(configuration, listing),
    setGroup(configuration),
    removeRecipientCmdlet(configuration, noun, { refused: refused.remove, name: 'Sales' }),
    changeMember(configuration, listing, 'Add'),
    changeMember(configuration, listing, 'Remove'),
    getMembers(configuration, listing),
  ]
}

function newGroup(configuration: Configuration, listing: RecipientListing): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'New-DistributionGroup',
    synopsis: 'Makes a group, whose members get what is sent to it.',
    parameters: {
      ...newParameters,
      Members: parameter(list(identity), { help: 'The members: names or addresses.' }),
      Type: parameter(oneOf(['Distribution', 'Security']), {
        help: 'Distribution; a group here gives no rights.',
      }),
      ...refusedParameters(refused.new),
      ...directoryParameters,
    },
    outputs: ['Name', 'PrimarySmtpAddress'],
    examples: [
      {
        code: 'New-DistributionGroup -Name Sales -Members Julie,david@contoso.com',
        text: 'Makes a group with two members; its address is made of its name and the default domain.',
      },
    ],
    async change(given, attempt) {
      const { Name, Alias, PrimarySmtpAddress, Members = [], Type } = given
      attempt.concerns(Name)
      if (Type === 'Security')
        throw new ShellError('A group here gives no rights; leave -Type out.', {
          ...{ id: 'NotAvailable', category: 'InvalidArgument' },
        })
      const config = await configuration.read()
      const members: string[] = []
      for (const member of Members)
        members.push(await memberNamed(member, { attempt, listing, entries: config.Recipients }))
      const made = await addItem(noun, attempt, {
        name: Name,
        settings: {
          Name,
          RecipientType: 'DistributionGroup',
          EmailAddresses: [`SMTP:${PrimarySmtpAddress ?? usualAddress(config, Name, Alias)}`],
          ...(members.length > 0 && { Members: members }),
        },
      })
      warnOfFirst(attempt, config)
      return made
    },
  })
}

function setGroup(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Set-DistributionGroup',
    synopsis: 'Changes the name or the addresses of a group.',
    parameters: {
      Identity: identityParameter(noun),
      ...setParameters,
      ...emailAddressesParameter(),
      ...refusedParameters(refused.set),
      ...directoryParameters,
    },
    examples: [
      {
        code: "Set-DistributionGroup Sales -EmailAddresses @{Add='smtp:orders@contoso.com'}",
        text: 'Gives the group a further address.',
      },
    ],
    async change(given, attempt) {
      return await changeItem(noun, attempt, {
        identity: given.Identity,
        verb: 'Setting',
        edit: (entry, draft) => {
          if (given.Name !== undefined) changeMembers(draft, entry, [given.Name])
          return addressChanges(noun, { entry, config: draft.config }, given)
        },
      })
    },
  })
}

function changeMember(
  configuration: Configuration,
  listing: RecipientListing,
  verb: 'Add' | 'Remove',
): Cmdlet {
  const example = `${verb}-DistributionGroupMember Sales -Member Julie`
  return changingCmdlet(configuration, {
    name: `${verb}-DistributionGroupMember`,
    synopsis: verb === 'Add' ? 'Adds a member to a group.' : 'Takes a member out of a group.',
    parameters: {
      Identity: parameter(identityAmong('Get-DistributionGroup', 'Name'), groupParameter),
      Member: parameter(identityAmong('Get-Recipient', 'Name'), {
        help: 'The member: a name or an address.',
        required: true,
      }),
      ...refusedParameters(refusals.members.change),
      ...directoryParameters,
    },
    confirms: verb === 'Add' ? 'on-request' : 'always',
    examples: [{ code: example, text: verb === 'Add' ? 'Adds Julie.' : 'Takes Julie out.' }],
    async change({ Identity, Member }, attempt) {
      const { Recipients: entries } = await configuration.read()
      const member =
        verb === 'Add' ? await memberNamed(Member, { attempt, listing, entries }) : Member
      return await changeItem(noun, attempt, {
        identity: Identity,
        verb: 'Setting',
        edit: (group, draft) => ({ Members: changedMembers(group, { verb, member, draft }) }),
      })
    },
  })
}

function changedMembers(
  { Name, Members }: RecipientEntry,
  { verb, member, draft }: { verb: 'Add' | 'Remove'; member: string; draft: ConfigDraft },
): readonly string[] {
  const wanted = namesOf(member, draft.config.Recipients)
  const isIt = (each: string) => wanted.includes(withoutPrefix(each).toLowerCase())
  if (verb === 'Add') {
    if (!Members.some(isIt)) return [...Members, member]
    throw new ShellError(`The recipient "${member}" is already a member of the group "${Name}".`, {
      ...{ id: 'MemberAlreadyExists', category: 'ResourceExists', target: member },
    })
  }
  if (Members.some(isIt)) return Members.filter((each) => !isIt(each))
  throw new ShellError(`The recipient "${member}" isn't a member of the group "${Name}".`, {
    ...{ id: 'MemberNotFound', category: 'ObjectNotFound', target: member },
  })
}

/** All that a member may be called in a list of members, in small letters. */
function namesOf(member: string, entries: readonly RecipientEntry[]): readonly string[] {
  const given = withoutPrefix(member).toLowerCase()
  const called = (entry: RecipientEntry) =>
    [entry.Name, ...othersOf(entry)].map((name) => name.toLowerCase())
  return entries.map(called).find((names) => names.includes(given)) ?? [given]
}

interface Among {
  readonly attempt: Attempt
  readonly listing: RecipientListing
  readonly entries: readonly RecipientEntry[]
}

/** How a member is written: by name where the configuration has it, else by address. */
async function memberNamed(member: string, { attempt, listing, entries }: Among): Promise<string> {
  const wanted = withoutPrefix(member)
  const own = entries.find((entry) => namesOf(wanted, [entry]).length > 1)
  if (own !== undefined) return own.Name
  const found = await listedAs(wanted, listing)
  if (found !== undefined) return found.recipient.primaryAddress
  // Somebody elsewhere, whom Exchange would want a contact for.
  if (isMailbox(wanted)) return wanted
  throw notFound(member, (await attempt.configuration.read()).Server, 'Recipient')
}

async function listedAs(name: string, listing: RecipientListing) {
  if (name.includes('@')) return await listing.find(name)
  const wanted = name.toLowerCase()
  for await (const listed of listing.all())
    if (listed.recipient.name.toLowerCase() === wanted) return listed
  return undefined
}

function getMembers(configuration: Configuration, listing: RecipientListing): Cmdlet {
  return defineCmdlet({
    name: 'Get-DistributionGroupMember',
    synopsis: 'Shows the members of a group.',
    parameters: {
      Identity: parameter(identityAmong('Get-DistributionGroup', 'Name'), groupParameter),
      ResultSize: resultSize,
      ...refusedParameters(refusals.members.get),
      ...directoryParameters,
    },
    outputs: ['Name', 'PrimarySmtpAddress', 'RecipientType', 'RecipientTypeDetails'],
    examples: [{ code: 'Get-DistributionGroupMember Sales', text: 'Lists who is in it.' }],
    async *run({ given }, context) {
      const group = await groupNamed(given.Identity, listing)
      if (group === undefined)
        throw notFound(given.Identity, (await configuration.read()).Server, 'DistributionGroup')
      const members = limitedResults(listing.members(group), given.ResultSize, context)
      for await (const member of members)
        yield 'address' in member
          ? externalMember(member.address)
          : recipientObject(member.recipient, { kind: 'Recipient', source: member.source })
    },
  })
}

async function groupNamed(
  given: string,
  listing: RecipientListing,
): Promise<ListedRecipient | undefined> {
  const found = await listedAs(withoutPrefix(given), listing)
  return found?.recipient.type === 'DistributionGroup' ? found : undefined
}

function externalMember(address: string): ShellObject {
  const { recipient } = readEntry({
    Name: address,
    RecipientType: 'MailContact',
    EmailAddresses: [],
    ExternalEmailAddress: address,
    Members: [],
  })
  return recipientObject(recipient, { kind: 'Recipient', source: 'Configuration' })
}
