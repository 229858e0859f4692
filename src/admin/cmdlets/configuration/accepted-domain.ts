import type { ConfigDraft } from '../../../config/change-config.ts'
import type { ServerConfig } from '../../../config/server-config.ts'
import {
  type AcceptedDomain,
  acceptedDomainSchema,
  hasAddressBook,
} from '../../../pipeline/accepted-domain.ts'
import { tableView } from '../../values/view.ts'
import { type Cmdlet, parameter } from '../../shell/cmdlet.ts'
import { flag, text } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { ShellObject } from '../../values/value.ts'
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

const section = 'AcceptedDomains'
const help = {
  DomainName: 'The domain: contoso.com, or *.contoso.com for it and all its subdomains.',
  DomainType:
    'Authoritative: the mailboxes are here. InternalRelay: mail is passed on inside the organisation. ExternalRelay: it is passed on outside.',
  AddressBookEnabled:
    'Whether recipients are looked up in the directory; $true by default for Authoritative domains.',
  MatchSubDomains: 'Whether subdomains are accepted too.',
}
const {
  Name: _name,
  DomainName: _domainName,
  Default: _default,
  MakeDefault: _makeDefault,
  ...settings
} = settingParameters(section, acceptedDomainSchema, help)

const view = tableView('Name', 'DomainName', 'DomainType', 'Default')

/** The domain that stands for the server in addresses of its own: the one marked, else the first. */
function defaultDomain({ AcceptedDomains }: ServerConfig): AcceptedDomain | undefined {
  return AcceptedDomains.find((domain) => domain.Default) ?? AcceptedDomains[0]
}

const objectOf = (domain: AcceptedDomain, isDefault: boolean): ShellObject =>
  new ShellObject({
    type: 'AcceptedDomain',
    view,
    properties: {
      DomainName: domain.DomainName,
      CatchAllRecipientID: null,
      DomainType: domain.DomainType,
      MatchSubDomains: domain.MatchSubDomains,
      AddressBookEnabled: hasAddressBook(domain),
      Default: isDefault,
      Name: domain.Name,
      Identity: domain.Name,
      IsValid: true,
    },
  })

const noun: ListNoun<AcceptedDomain> = {
  section,
  type: 'AcceptedDomain',
  title: 'accepted domain',
  items: ({ AcceptedDomains }) => AcceptedDomains,
  nameOf: ({ Name }) => Name,
  // Which one is the default is for all of them to say.
  show: (domain, config) => objectOf(domain, defaultDomain(config)?.Name === domain.Name),
}

/** The commands on accepted domains. */
export function acceptedDomainCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return [
    getCmdlet(configuration, noun, {
      synopsis: 'Shows the domains that the server takes mail for.',
      takesServer: false,
      outputs: [
        'DomainName',
        'DomainType',
        'MatchSubDomains',
        'AddressBookEnabled',
        'Default',
        'Name',
        'Identity',
      ],
      examples: [{ code: 'Get-AcceptedDomain', text: 'Lists all accepted domains.' }],
    }),
    newCmdlet(configuration),
    setCmdlet(configuration),
    removeCmdlet(configuration, noun, {
      synopsis: 'Ends taking mail for a domain.',
      examples: [{ code: 'Remove-AcceptedDomain Contoso', text: 'Asks, and removes it.' }],
      check: (domain, config) => {
        if (defaultDomain(config)?.Name !== domain.Name) return
        // The first of several is the default only as long as none is marked.
        refuseDefault('make another domain the default first')
      },
    }),
  ]
}

function newCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'New-AcceptedDomain',
    synopsis: 'Makes the server take mail for a domain.',
    parameters: {
      Name: parameter(text, {
        help: 'The name, up to 64 characters.',
        position: 0,
        required: true,
      }),
      DomainName: parameter(text, { help: help.DomainName, required: true }),
      ...settings,
      ...directoryParameters,
    },
    outputs: ['DomainName', 'DomainType', 'Default', 'Name'],
    examples: [
      {
        code: 'New-AcceptedDomain -Name Contoso -DomainName contoso.com -DomainType InternalRelay',
        text: 'Takes mail for contoso.com, which another server of the organisation delivers.',
      },
    ],
    async change(given, attempt) {
      const { Name, DomainName } = given
      attempt.concerns(Name)
      const settings = { Name, DomainName, ...definite(givenChanges(given, undefined)) }
      return await addItem(noun, attempt, { name: Name, settings })
    },
  })
}

function setCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Set-AcceptedDomain',
    synopsis: 'Changes settings of an accepted domain.',
    parameters: {
      Identity: identityParameter(noun),
      Name: newNameParameter,
      ...settings,
      MakeDefault: parameter(flag, {
        help: 'Makes it the default domain; $false is not possible, make another one the default.',
      }),
      ...directoryParameters,
    },
    examples: [
      { code: 'Set-AcceptedDomain Contoso -MakeDefault $true', text: 'Makes it the default.' },
    ],
    async change(given, attempt) {
      const { MakeDefault, Name } = given
      return await changeItem(noun, attempt, {
        identity: given.Identity,
        verb: 'Setting',
        edit: (domain, draft) => {
          const isDefault = defaultDomain(draft.config)?.Name === domain.Name
          if (MakeDefault === false && isDefault) refuseDefault('make another domain the default')
          if (MakeDefault === true) unsetDefaults(draft, domain)
          return {
            ...givenChanges(given, objectOf(domain, isDefault)),
            ...(Name !== undefined && { Name }),
            ...(MakeDefault === true && { Default: 'true' }),
          }
        },
      })
    },
  })
}

/** There is one default; the mark goes from the others. */
function unsetDefaults({ config, document }: ConfigDraft, chosen: AcceptedDomain): void {
  for (const [index, domain] of config.AcceptedDomains.entries()) {
    if (domain.Default && domain !== chosen)
      document.changeEntry(section, index, { Default: undefined })
  }
}

function refuseDefault(what: string): never {
  throw new ShellError(
    `The default accepted domain can't be removed or cease to be the default; ${what}.`,
    { id: 'DefaultDomain', category: 'InvalidOperation' },
  )
}
