import type { ConfigDraft } from '../../../config/change-config.ts'
import {
  type RemoteDomain,
  defaultRemoteDomain,
  remoteDomainSchema,
} from '../../../dsn/remote-domain.ts'
import { type Cmdlet, parameter } from '../../shell/cmdlet.ts'
import { text } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { ShellObject } from '../../values/value.ts'
import { tableView } from '../../values/view.ts'
import { changingCmdlet } from './changing-cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { getCmdlet, identityParameter, newNameParameter, removeCmdlet } from './list-cmdlets.ts'
import { type ListNoun, addItem, changeItem } from './list-noun.ts'
import { directoryParameters, givenChanges, settingParameters } from './setting-parameters.ts'
import { shownSettings } from './transport-services.ts'

const section = 'RemoteDomains'
const help = {
  DomainName:
    'The domain: contoso.com, *.contoso.com for it and all its subdomains, or * for all domains.',
  AllowedOOFType: 'External: out-of-office notes may go there; None: they are dropped.',
  AutoForwardEnabled:
    'Whether mail that rules of mailboxes forward may go there; else it is dropped.',
  AutoReplyEnabled: 'Whether automatic answers may go there; else they are dropped.',
  DeliveryReportEnabled: 'Whether senders there are told that their mail was passed on.',
  NDRDiagnosticInfoEnabled:
    'Whether notifications of failure to senders there name servers and tell their words.',
  NDREnabled: 'Whether senders there are told that their mail could not be delivered.',
}
const {
  Name: _name,
  DomainName: _domainName,
  ...settings
} = settingParameters(section, remoteDomainSchema, help)

const objectOf = (domain: RemoteDomain): ShellObject => {
  const { Name } = domain
  return new ShellObject({
    type: 'RemoteDomain',
    view: tableView('Name', 'DomainName', 'NDREnabled'),
    properties: { ...shownSettings(remoteDomainSchema, domain), Identity: Name, IsValid: true },
  })
}

const noun: ListNoun<RemoteDomain> = {
  section,
  type: 'RemoteDomain',
  title: 'remote domain',
  items: ({ RemoteDomains }) => RemoteDomains,
  nameOf: ({ Name }) => Name,
  show: (domain) => objectOf(domain),
  writeOut: writeOutDefault,
}

/** The commands on remote domains. */
export function remoteDomainCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return [
    getCmdlet(configuration, noun, {
      synopsis: 'Shows what is set for mail to and from domains that are not of the organisation.',
      takesServer: false,
      outputs: [...Object.keys(settings), 'DomainName', 'Name', 'Identity'],
      examples: [{ code: 'Get-RemoteDomain | Format-List', text: 'Shows all remote domains.' }],
    }),
    newCmdlet(configuration),
    setCmdlet(configuration),
    removeCmdlet(configuration, noun, {
      synopsis: 'Removes the settings for a domain; those for all domains hold for it then.',
      examples: [{ code: 'Remove-RemoteDomain Fabrikam', text: 'Asks, and removes it.' }],
      check: ({ DomainName }) => {
        if (DomainName !== '*') return
        throw new ShellError("The remote domain for all domains can't be removed.", {
          ...{ id: 'DefaultRemoteDomain', category: 'InvalidOperation' },
        })
      },
    }),
  ]
}

function newCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'New-RemoteDomain',
    synopsis: 'Makes settings of its own for a domain; Set-RemoteDomain changes them.',
    parameters: {
      Name: parameter(text, {
        help: 'The name, up to 64 characters.',
        position: 0,
        required: true,
      }),
      DomainName: parameter(text, { help: help.DomainName, required: true }),
      ...directoryParameters,
    },
    outputs: ['DomainName', 'Name'],
    examples: [
      {
        code: 'New-RemoteDomain -Name Fabrikam -DomainName *.fabrikam.com',
        text: 'For fabrikam.com and all below it.',
      },
    ],
    async change({ Name, DomainName }, attempt) {
      attempt.concerns(Name)
      return await addItem(noun, attempt, { name: Name, settings: { Name, DomainName } })
    },
  })
}

function setCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Set-RemoteDomain',
    synopsis: 'Changes what is set for a domain.',
    parameters: {
      Identity: identityParameter(noun),
      Name: newNameParameter,
      ...settings,
      ...directoryParameters,
    },
    examples: [
      {
        code: 'Set-RemoteDomain Default -NDRDiagnosticInfoEnabled $false',
        text: 'Tells nobody outside of our servers.',
      },
    ],
    async change(given, attempt) {
      const { Name } = given
      return await changeItem(noun, attempt, {
        identity: given.Identity,
        verb: 'Setting',
        edit: (domain) => ({
          ...givenChanges(given, objectOf(domain)),
          ...(Name !== undefined && { Name }),
        }),
      })
    },
  })
}

/** The entry for all domains is there without the file; it is written at the end, where it is shown. */
function writeOutDefault({ document, config }: ConfigDraft): void {
  if (document.entryCount(section) === config.RemoteDomains.length) return
  const { Name, DomainName } = defaultRemoteDomain
  document.addEntry(section, { Name, DomainName })
}
