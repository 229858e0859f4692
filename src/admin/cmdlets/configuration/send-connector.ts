import type { ServerConfig } from '../../../config/server-config.ts'
import type { Settings } from '../../../config/setting-text.ts'
import { isSourceServer } from '../../../pipeline/routable-connector.ts'
import { type SendConnector, sendConnectorSchema } from '../../../deliver/smtp/send-connector.ts'
import type { Credential } from '../../values/value.ts'
import { type Cmdlet, parameter } from '../../shell/cmdlet.ts'
import { forceParameter } from '../../shell/common-parameters.ts'
import { clearable, credential, oneOf, switchParameter, text } from '../../shell/parameter-types.ts'
import { type Attempt, changingCmdlet } from './changing-cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { requireParameters, usageOf } from './connector-cmdlets.ts'
import {
  getCmdlet,
  identityParameter,
  newNameParameter,
  removeCmdlet,
  switchCmdlets,
} from './list-cmdlets.ts'
import { type ListNoun, addItem, changeItem, itemNamed } from './list-noun.ts'
import { sendConnectorHelp } from './send-connector-help.ts'
import { sendConnectorObject } from './send-connector-object.ts'
import {
  definite,
  directoryParameters,
  givenChanges,
  settingParameters,
} from './setting-parameters.ts'

const usages = ['Custom', 'Internal', 'Internet', 'Partner'] as const
const section = 'SendConnectors'
const {
  Name: _name,
  Usage: _usage,
  ...settings
} = settingParameters(section, sendConnectorSchema, sendConnectorHelp)

const noun: ListNoun<SendConnector> = {
  section,
  type: 'SendConnector',
  title: 'Send connector',
  items: ({ SendConnectors }) => SendConnectors,
  nameOf: ({ Name }) => Name,
  show: (connector, { Server }) => sendConnectorObject(connector, Server),
}

const writeParameters = {
  ...settings,
  AuthenticationCredential: parameter(clearable(credential), {
    help: 'The account for BasicAuth and BasicAuthRequireTLS: (Get-Credential), or a variable. The password is kept in a file of its own that only its owner may read. $null takes it away.',
  }),
  Force: forceParameter,
  ...directoryParameters,
}

/** The commands on Send connectors. */
export function sendConnectorCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return [
    getCmdlet(configuration, noun, {
      synopsis: 'Shows the Send connectors: by which ways mail leaves the server.',
      takesServer: true,
      outputs: [...Object.keys(settings), 'AuthenticationCredential', 'Usage', 'Name', 'Identity'],
      examples: [
        { code: 'Get-SendConnector', text: 'Lists all Send connectors.' },
        {
          code: 'Get-SendConnector | Set-SendConnector -ProtocolLoggingLevel Verbose',
          text: 'Switches the protocol log on for all of them.',
        },
      ],
    }),
    newCmdlet(configuration),
    setCmdlet(configuration),
    removeCmdlet(configuration, noun, {
      synopsis: 'Removes a Send connector; its mail is routed anew.',
      examples: [
        {
          code: 'Remove-SendConnector "To Edge" -Confirm:$false',
          text: 'Removes it without asking.',
        },
      ],
      removed: async (connector, attempt) => await forget(attempt, connector),
    }),
    ...switchCmdlets(configuration, noun, {
      enable: {
        synopsis: 'Lets routing use a Send connector.',
        examples: [{ code: 'Enable-SendConnector "To Internet"', text: 'Sends by it again.' }],
      },
      disable: {
        synopsis: 'Takes a Send connector out of use; its mail is routed anew.',
        examples: [{ code: 'Disable-SendConnector "To Internet"', text: 'Sends by others only.' }],
      },
    }),
  ]
}

function newCmdlet(configuration: Configuration): Cmdlet {
  const usageSwitch = (usage: (typeof usages)[number]) =>
    parameter(switchParameter, { help: `The same as -Usage ${usage}.` })
  return changingCmdlet(configuration, {
    name: 'New-SendConnector',
    synopsis: 'Makes a Send connector.',
    parameters: {
      Name: parameter(text, {
        help: sendConnectorHelp['Name'] ?? '',
        ...{ position: 0, required: true },
      }),
      Usage: parameter(oneOf(usages, 'UsageType'), {
        help: 'What the connector is for. Internal has no limit of size unless MaxMessageSize is given.',
        defaultText: 'Custom',
      }),
      Custom: usageSwitch('Custom'),
      Internal: usageSwitch('Internal'),
      Internet: usageSwitch('Internet'),
      Partner: usageSwitch('Partner'),
      ...writeParameters,
    },
    outputs: Object.keys(settings),
    examples: [
      {
        code: 'New-SendConnector -Name "To Internet" -AddressSpaces * -Usage Internet -DNSRoutingEnabled $true',
        text: 'Sends to every domain by its MX records.',
      },
      {
        code: 'New-SendConnector -Name "To Internal Org" -Usage Internal -AddressSpaces "--" -DNSRoutingEnabled $false -SmartHosts mbxserver01.contoso.com,mbxserver02.contoso.com -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential (Get-Credential)',
        text: 'Hands mail for the accepted domains to two servers, with log-in over TLS.',
      },
    ],
    async change(given, attempt) {
      attempt.concerns(given.Name)
      const usage = usageOf(given, usages)
      const changes = givenChanges(given, undefined)
      requireParameters(changes['AddressSpaces'] === undefined ? ['AddressSpaces'] : [])
      const plain = {
        Name: given.Name,
        ...(usage !== undefined && { Usage: usage }),
        ...definite(changes),
      }
      const { AuthenticationCredential: account } = given
      return await withCredential(attempt, { account, name: given.Name }, async (credential) => {
        const settings = { ...plain, ...definite(credential) }
        const objects = await addItem(noun, attempt, { name: given.Name, settings })
        if (objects.length > 0) await warnOfOtherServers(attempt, given.Name)
        return objects
      })
    },
  })
}

function setCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Set-SendConnector',
    synopsis: 'Changes settings of a Send connector.',
    parameters: {
      Identity: identityParameter(noun),
      Name: newNameParameter,
      ...writeParameters,
    },
    examples: [
      {
        code: 'Set-SendConnector "To Internet" -MaxMessageSize 50MB',
        text: 'Lets larger messages go by this connector.',
      },
      {
        code: 'Set-SendConnector "To Partner" -AddressSpaces @{Add="fabrikam.com"}',
        text: 'Sends to one more domain by it.',
      },
    ],
    async change(given, attempt) {
      const { Identity: wanted, AuthenticationCredential: account, Name } = given
      attempt.concerns(wanted)
      const before = itemNamed(noun, await configuration.read(), wanted)
      const target = { account, name: Name ?? before.Name, old: before }
      return await withCredential(attempt, target, async (credential) => {
        const done = await changeItem(noun, attempt, {
          identity: wanted,
          verb: 'Setting',
          edit: (connector, { config }) => ({
            ...givenChanges(given, sendConnectorObject(connector, config.Server)),
            ...(Name !== undefined && { Name }),
            ...credential,
          }),
        })
        if (attempt.changed) await warnOfOtherServers(attempt, Name ?? before.Name)
        return done
      })
    },
  })
}

interface CredentialTarget {
  /** Null takes the credential away, undefined leaves it. */
  readonly account: Credential | null | undefined
  readonly name: string
  readonly old?: SendConnector
}

/**
 * Runs a change with the credential's settings. The new password is in its own file before the
 * configuration names it; the file that is then named by nobody is deleted, whether the change was made
 * or not.
 */
async function withCredential<T>(
  attempt: Attempt,
  { account, name, old }: CredentialTarget,
  change: (settings: Readonly<Record<string, Settings | undefined>>) => Promise<T>,
): Promise<T> {
  if (account === undefined) return await change({})
  const { configuration } = attempt
  if (account === null) {
    const done = await change({ AuthenticationCredential: undefined })
    if (attempt.changed) await forget(attempt, old)
    return done
  }
  const { userName, password } = account
  const PasswordFile = await configuration.keepSecret(name, password.reveal())
  try {
    const done = await change({ AuthenticationCredential: { UserName: userName, PasswordFile } })
    if (attempt.changed) await forget(attempt, old)
    return done
  } finally {
    if (!attempt.changed) await configuration.forgetSecret(PasswordFile)
  }
}

async function forget({ configuration }: Attempt, old: SendConnector | undefined): Promise<void> {
  const file = old?.AuthenticationCredential?.PasswordFile
  if (file !== undefined) await configuration.forgetSecret(file)
}

/** A connector for other servers is stored, and does nothing here: that must not go unnoticed. */
async function warnOfOtherServers(attempt: Attempt, name: string): Promise<void> {
  const config: ServerConfig = await attempt.configuration.read()
  const { SourceTransportServers } = itemNamed(noun, config, name)
  if (isSourceServer(SourceTransportServers, config.Server)) return
  attempt.context.writeWarning(
    `This server (${config.Server.Name}) does not use the Send connector "${name}", because its SourceTransportServers name other servers only.`,
  )
}
