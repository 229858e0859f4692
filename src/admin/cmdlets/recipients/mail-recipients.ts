import type { ServerConfig } from '../../../config/server-config.ts'
import type { RecipientEntry } from '../../../directory/recipient-entry.ts'
import { recipientSchema } from '../../../directory/recipient-schema.ts'
import { type Cmdlet, type Example, parameter } from '../../shell/cmdlet.ts'
import { text } from '../../shell/parameter-types.ts'
import { changingCmdlet } from '../configuration/changing-cmdlet.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { identityParameter } from '../configuration/list-cmdlets.ts'
import { type ListNoun, addItem, changeItem, removeItem } from '../configuration/list-noun.ts'
import {
  directoryParameters,
  givenChanges,
  settingParameters,
} from '../configuration/setting-parameters.ts'
import {
  address,
  changeMembers,
  section,
  usualAddress,
  warnOfFirst,
  withPrimary,
} from './recipient-noun.ts'
import { refusals, refusedParameters } from './refused-parameters.ts'

/** What New- and Set- of a kind of recipient have beside the name and the addresses. */
interface RecipientCommands {
  readonly noun: ListNoun<RecipientEntry>
  readonly type: 'MailUser' | 'MailContact' | 'RemoteMailbox'
  /** By which parameter the target address is given. */
  readonly target: 'ExternalEmailAddress' | 'RemoteRoutingAddress'
  readonly newExample: Example
  readonly setExample: Example
}

const help = {
  EmailAddresses:
    'All addresses: SMTP: before the primary one, smtp: before the others; @{Add=...} and @{Remove=...} change some.',
}

/** The parameter that changes the list of addresses. */
export function emailAddressesParameter() {
  const { EmailAddresses } = settingParameters(section, recipientSchema, help)
  return EmailAddresses === undefined ? {} : { EmailAddresses }
}

/** The names and addresses that New- takes. */
export const newParameters = {
  Name: parameter(text, { help: 'The name.', position: 0, required: true }),
  Alias: parameter(text, {
    help: 'What stands before the @ of the primary address where that is not given; by default made of the name.',
  }),
  PrimarySmtpAddress: parameter(address, { help: 'The primary address.' }),
}

/** The names and addresses that Set- takes. */
export const setParameters = {
  Name: parameter(text, { help: 'The new name.' }),
  PrimarySmtpAddress: parameter(address, {
    help: 'Another primary address; the one before stays as a further address.',
  }),
}

/** The commands that make, change and remove a kind of recipient. */
export function mailRecipientCmdlets(
  configuration: Configuration,
  commands: RecipientCommands,
): readonly Cmdlet[] {
  return [
    newCmdlet(configuration, commands),
    setCmdlet(configuration, commands),
    removeRecipientCmdlet(configuration, commands.noun, {
      refused: refusals[commands.type].remove,
      name: commands.newExample.code.split(' ')[2] ?? 'Julie',
    }),
  ]
}

const targetHelp = 'Where its mail goes: an address elsewhere.'

function newCmdlet(
  configuration: Configuration,
  { noun, type, target, newExample }: RecipientCommands,
): Cmdlet {
  const isContact = type === 'MailContact'
  return changingCmdlet(configuration, {
    name: `New-${type}`,
    synopsis: `Makes a ${noun.title}.`,
    parameters: {
      ...newParameters,
      [target]: parameter(address, { help: targetHelp, required: true }),
      ...refusedParameters(refusals[type].new),
      ...directoryParameters,
    },
    outputs: ['Name', 'PrimarySmtpAddress', 'ExternalEmailAddress'],
    examples: [newExample],
    async change(given, attempt) {
      const { Name, Alias, PrimarySmtpAddress } = given
      attempt.concerns(Name)
      const external = targetOf(given, target) ?? ''
      const config = await configuration.read()
      // A contact is known by the address it has elsewhere.
      const usual = () =>
        isContact && Alias === undefined ? external : usualAddress(config, Name, Alias)
      const made = await addItem(noun, attempt, {
        name: Name,
        settings: {
          Name,
          RecipientType: type,
          EmailAddresses: [`SMTP:${PrimarySmtpAddress ?? usual()}`],
          ExternalEmailAddress: `SMTP:${external}`,
        },
      })
      warnOfFirst(attempt, config)
      return made
    },
  })
}

function setCmdlet(
  configuration: Configuration,
  { noun, type, target, setExample }: RecipientCommands,
): Cmdlet {
  return changingCmdlet(configuration, {
    name: `Set-${type}`,
    synopsis: `Changes a ${noun.title}.`,
    parameters: {
      Identity: identityParameter(noun),
      ...setParameters,
      ...emailAddressesParameter(),
      [target]: parameter(address, { help: targetHelp }),
      ...refusedParameters(refusals[type].set),
      ...directoryParameters,
    },
    examples: [setExample],
    async change(given, attempt) {
      const external = targetOf(given, target)
      return await changeItem(noun, attempt, {
        identity: given.Identity,
        verb: 'Setting',
        edit: (entry, draft) => {
          if (given.Name !== undefined) changeMembers(draft, entry, [given.Name])
          return {
            ...addressChanges(noun, { entry, config: draft.config }, given),
            ...(external !== undefined && { ExternalEmailAddress: `SMTP:${external}` }),
          }
        },
      })
    },
  })
}

/** What Set- changes of the name and the addresses. */
export function addressChanges(
  noun: ListNoun<RecipientEntry>,
  { entry, config }: { readonly entry: RecipientEntry; readonly config: ServerConfig },
  given: { readonly Name?: string | undefined; readonly PrimarySmtpAddress?: string | undefined },
) {
  const { Name, PrimarySmtpAddress } = given
  const changes = givenChanges(given, noun.show(entry, config))
  const addresses = changes['EmailAddresses']
  const changed = Array.isArray(addresses) ? { ...entry, EmailAddresses: addresses } : entry
  return {
    ...changes,
    ...(Name !== undefined && { Name }),
    ...(PrimarySmtpAddress !== undefined && {
      EmailAddresses: withPrimary(changed, PrimarySmtpAddress),
    }),
  }
}

/** The command that removes a recipient, from the groups that name it, too. */
export function removeRecipientCmdlet(
  configuration: Configuration,
  noun: ListNoun<RecipientEntry>,
  { refused, name }: { readonly refused: string; readonly name: string },
): Cmdlet {
  return changingCmdlet(configuration, {
    name: `Remove-${noun.type}`,
    synopsis: `Removes a ${noun.title}, from the groups that have it as a member, too.`,
    parameters: {
      Identity: identityParameter(noun),
      ...refusedParameters(refused),
      ...directoryParameters,
    },
    confirms: 'always',
    examples: [{ code: `Remove-${noun.type} ${name}`, text: 'Asks, and removes it.' }],
    async change(given, attempt) {
      await removeItem(noun, attempt, { identity: given.Identity })
      return []
    },
  })
}

function targetOf(given: object, target: string): string | undefined {
  const found: unknown = Object.entries(given).find(([name]) => name === target)?.[1]
  return typeof found === 'string' ? found : undefined
}
