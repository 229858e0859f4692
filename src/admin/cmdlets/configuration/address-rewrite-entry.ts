import {
  type AddressRewriteEntry,
  addressRewriteEntrySchema,
} from '../../../agents/address-rewriting/address-rewrite-entry.ts'
import { type Cmdlet, parameter } from '../../shell/cmdlet.ts'
import { text } from '../../shell/parameter-types.ts'
import { ShellObject } from '../../values/value.ts'
import { tableView } from '../../values/view.ts'
import { changingCmdlet } from './changing-cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { getCmdlet, identityParameter, newNameParameter, removeCmdlet } from './list-cmdlets.ts'
import { type ListNoun, addItem, changeItem } from './list-noun.ts'
import {
  definite,
  directoryParameters,
  givenChanges,
  settingParameters,
} from './setting-parameters.ts'
import { shownSettings } from './transport-services.ts'

const section = 'AddressRewriteEntries'
const help = {
  InternalAddress:
    'What is used inside: an address, a domain, or *.contoso.com for a domain and all its subdomains.',
  ExternalAddress: 'What others see: an address for an address, a domain for a domain.',
  ExceptionList: 'Domains that an entry with *. leaves alone.',
  OutboundOnly:
    'Whether mail on its way in is left alone; it must be $true for an InternalAddress with *.',
}
const { Name: _name, ...settings } = settingParameters(section, addressRewriteEntrySchema, help)

const objectOf = (entry: AddressRewriteEntry): ShellObject =>
  new ShellObject({
    type: 'AddressRewriteEntry',
    view: tableView('Name', 'InternalAddress', 'ExternalAddress'),
    properties: {
      ...shownSettings(addressRewriteEntrySchema, entry),
      Direction: entry.OutboundOnly ? 'OutboundOnly' : 'Bidirectional',
      Identity: entry.Name,
      IsValid: true,
    },
  })

const noun: ListNoun<AddressRewriteEntry> = {
  section,
  type: 'AddressRewriteEntry',
  title: 'address rewrite entry',
  items: ({ AddressRewriteEntries }) => AddressRewriteEntries,
  nameOf: ({ Name }) => Name,
  show: (entry) => objectOf(entry),
}

/** The commands on address rewrite entries, which an Edge Transport server has. */
export function addressRewriteEntryCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return [
    getCmdlet(configuration, noun, {
      synopsis: 'Shows which addresses are rewritten on their way out and in.',
      takesServer: false,
      outputs: [...Object.keys(help), 'Direction', 'Name', 'Identity'],
      examples: [{ code: 'Get-AddressRewriteEntry', text: 'Lists all entries.' }],
    }),
    newCmdlet(configuration),
    setCmdlet(configuration),
    removeCmdlet(configuration, noun, {
      synopsis: 'Ends the rewriting of addresses by an entry.',
      examples: [
        { code: "Remove-AddressRewriteEntry 'Contoso to Fabrikam'", text: 'Asks, and removes it.' },
      ],
    }),
  ]
}

function newCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'New-AddressRewriteEntry',
    synopsis: 'Rewrites addresses of senders on their way out, and of recipients on their way in.',
    parameters: {
      Name: parameter(text, {
        help: 'The name, up to 64 characters.',
        position: 0,
        required: true,
      }),
      ...settings,
      InternalAddress: parameter(text, { help: help.InternalAddress, required: true }),
      ExternalAddress: parameter(text, { help: help.ExternalAddress, required: true }),
      ...directoryParameters,
    },
    outputs: ['InternalAddress', 'ExternalAddress', 'OutboundOnly', 'Name'],
    examples: [
      {
        code: "New-AddressRewriteEntry -Name 'joe to support' -InternalAddress joe@contoso.com -ExternalAddress support@contoso.com",
        text: 'Mail of joe is from support, and mail for support goes to joe.',
      },
      {
        code: "New-AddressRewriteEntry -Name 'Contoso' -InternalAddress *.contoso.com -ExternalAddress contoso.com -OutboundOnly $true -ExceptionList legal.contoso.com",
        text: 'All subdomains but one look like contoso.com.',
      },
    ],
    async change(given, attempt) {
      const { Name, InternalAddress, ExternalAddress } = given
      attempt.concerns(Name)
      const addresses = { Name, InternalAddress, ExternalAddress }
      const written = { ...addresses, ...definite(givenChanges(given, undefined)) }
      return await addItem(noun, attempt, { name: Name, settings: written })
    },
  })
}

function setCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Set-AddressRewriteEntry',
    synopsis: 'Changes an address rewrite entry.',
    parameters: {
      Identity: identityParameter(noun),
      Name: newNameParameter,
      ...settings,
      ...directoryParameters,
    },
    examples: [
      {
        code: "Set-AddressRewriteEntry 'joe to support' -InternalAddress ann@contoso.com",
        text: 'Ann takes over.',
      },
    ],
    async change(given, attempt) {
      const { Name } = given
      return await changeItem(noun, attempt, {
        identity: given.Identity,
        verb: 'Setting',
        edit: (entry) => ({
          ...givenChanges(given, objectOf(entry)),
          ...(Name !== undefined && { Name }),
        }),
      })
    },
  })
}
