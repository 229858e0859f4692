import type { ConfigDraft } from '../../../config/change-config.ts'
import type { ServerIdentity } from '../../../config/server-config.ts'
import type { SettingText, Settings } from '../../../config/setting-text.ts'
import { defaultConnectorSettings } from '../../../receive/connectors/receive-connector-defaults.ts'
import {
  type ReceiveConnector,
  type ReceiveUsage,
  receiveConnectorSchema,
  receiveUsages,
  usageDefaults,
  usagePlaces,
} from '../../../receive/connectors/receive-connector.ts'
import { type Cmdlet, parameter } from '../../shell/cmdlet.ts'
import { oneOf, switchParameter, text } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { changingCmdlet } from './changing-cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { requireParameters, usageOf } from './connector-cmdlets.ts'
import {
  getCmdlet,
  identityParameter,
  newNameParameter,
  removeCmdlet,
  switchCmdlets,
} from './list-cmdlets.ts'
import { type ListNoun, addItem, changeItem } from './list-noun.ts'
import { receiveConnectorHelp } from './receive-connector-help.ts'
import { receiveConnectorObject } from './receive-connector-object.ts'
import {
  definite,
  directoryParameters,
  givenChanges,
  settingParameters,
} from './setting-parameters.ts'
import { requireThisServer, serverParameter } from './this-server.ts'

const section = 'ReceiveConnectors'
const {
  Name: _name,
  Usage: _usage,
  Server: _server,
  ...settings
} = settingParameters(section, receiveConnectorSchema, receiveConnectorHelp)

/** Receive connectors as a list of the configuration. */
export const receiveConnectors: ListNoun<ReceiveConnector> = {
  section,
  type: 'ReceiveConnector',
  title: 'Receive connector',
  ofServer: true,
  items: ({ ReceiveConnectors }) => ReceiveConnectors,
  nameOf: ({ Name }) => Name,
  show: (connector, { Server }) => receiveConnectorObject(connector, Server),
  writeOut: writeOutDefaults,
}

/** The commands on Receive connectors. */
export function receiveConnectorCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return [
    getCmdlet(configuration, receiveConnectors, {
      synopsis: 'Shows the Receive connectors: where and from whom the server takes mail.',
      takesServer: true,
      outputs: [...Object.keys(settings), 'Usage', 'Name', 'Identity', 'Server'],
      examples: [
        { code: 'Get-ReceiveConnector', text: 'Lists all Receive connectors.' },
        {
          code: 'Get-ReceiveConnector "From Internet" | Format-List',
          text: 'Shows all settings of one.',
        },
      ],
    }),
    newCmdlet(configuration),
    setCmdlet(configuration),
    removeCmdlet(configuration, receiveConnectors, {
      synopsis: 'Removes a Receive connector; open sessions go on.',
      examples: [
        {
          code: 'Remove-ReceiveConnector "From Internal Org" -Confirm:$false',
          text: 'Removes it without asking.',
        },
      ],
    }),
    ...switchCmdlets(configuration, receiveConnectors, {
      enable: {
        synopsis: 'Lets a Receive connector listen.',
        examples: [{ code: 'Enable-ReceiveConnector "From Internet"', text: 'Opens its ports.' }],
      },
      disable: {
        synopsis: 'Stops a Receive connector from listening; open sessions go on.',
        examples: [{ code: 'Disable-ReceiveConnector "From Internet"', text: 'Closes its ports.' }],
      },
    }),
  ]
}

function newCmdlet(configuration: Configuration): Cmdlet {
  const usageSwitch = (usage: ReceiveUsage) =>
    parameter(switchParameter, { help: `The same as -Usage ${usage}.` })
  return changingCmdlet(configuration, {
    name: 'New-ReceiveConnector',
    synopsis: 'Makes a Receive connector.',
    description:
      'The usage decides what is offered and who may submit, where AuthMechanism and PermissionGroups are not given. A usage Custom accepts mail from nobody until it gets PermissionGroups.',
    parameters: {
      Name: parameter(text, {
        help: receiveConnectorHelp['Name'] ?? '',
        ...{ position: 0, required: true },
      }),
      Usage: parameter(oneOf(receiveUsages, 'UsageType'), {
        help: 'What the connector is for; fills AuthMechanism and PermissionGroups.',
        defaultText: 'Custom',
      }),
      Client: usageSwitch('Client'),
      Custom: usageSwitch('Custom'),
      Internal: usageSwitch('Internal'),
      Internet: usageSwitch('Internet'),
      Partner: usageSwitch('Partner'),
      Server: serverParameter,
      ...settings,
      ...directoryParameters,
    },
    outputs: Object.keys(settings),
    examples: [
      {
        code: 'New-ReceiveConnector -Name "From Internal Org" -Usage Internal -Bindings 10.1.1.2:25 -RemoteIPRanges 192.168.5.10,192.168.5.20',
        text: 'Takes mail from two servers of the organisation at an address of its own.',
      },
      {
        code: 'New-ReceiveConnector "Printers" -Usage Custom -PermissionGroups AnonymousUsers -Bindings 0.0.0.0:2526 -RemoteIPRanges 192.168.7.0/24',
        text: 'Takes mail without log-in from one network.',
      },
    ],
    async change(given, attempt) {
      attempt.concerns(given.Name)
      const { Server } = await configuration.read()
      requireThisServer(given.Server, Server)
      const usage = usageOf(given, receiveUsages)
      const settings = { Name: given.Name, ...newSettings(given, usage, Server) }
      return await addItem(receiveConnectors, attempt, { name: given.Name, settings })
    },
  })
}

/** What a new connector is written with: its usage's settings, below those that were given. */
function newSettings(
  given: object,
  usage: ReceiveUsage | undefined,
  server: ServerIdentity,
): Settings {
  if (usage === 'Client' && server.Role === 'Edge') {
    throw new ShellError('The usage Client does not exist on an Edge Transport server.', {
      ...{ id: 'UsageNotAvailable', category: 'InvalidArgument' },
    })
  }
  const changes = givenChanges(given, undefined)
  const byUsage: Record<string, SettingText> = {
    ...usageDefaults(usage ?? 'Custom', server.Role),
    ...usagePlaces(usage),
  }
  const all = { ...(usage !== undefined && { Usage: usage }), ...byUsage, ...changes }
  requireParameters(['Bindings', 'RemoteIPRanges'].filter((name) => !(name in all)))
  return definite(all)
}

function setCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Set-ReceiveConnector',
    synopsis: 'Changes settings of a Receive connector.',
    description: 'Sessions that are open keep the settings with which they began.',
    parameters: {
      Identity: identityParameter(receiveConnectors),
      Name: newNameParameter,
      ...settings,
      ...directoryParameters,
    },
    examples: [
      {
        code: 'Set-ReceiveConnector "Default internal receive connector EDGE01" -Name "From Internet" -Bindings 10.1.1.1:25',
        text: 'Renames the default connector and has it listen on one address.',
      },
      {
        code: 'Set-ReceiveConnector "From Internal Org" -RemoteIPRanges @{Add="192.168.5.30"}',
        text: 'Adds a client to those that are served.',
      },
    ],
    change: async (given, attempt) =>
      await changeItem(receiveConnectors, attempt, {
        identity: given.Identity,
        verb: 'Setting',
        edit: (connector, { config }) => {
          const changes = givenChanges(given, receiveConnectorObject(connector, config.Server))
          const unheld = losesAnonymousUsers(connector, changes)
          if (unheld) attempt.context.writeWarning(rightsGone)
          return {
            ...(unheld && { AnonymousRights: undefined }),
            ...changes,
            ...(given.Name !== undefined && { Name: given.Name }),
          }
        },
      }),
  })
}

const rightsGone =
  'The rights that anonymous senders had on this connector go with the permission group AnonymousUsers.'

/** Whether nobody is left to have the connector's AnonymousRights. */
function losesAnonymousUsers(
  { AnonymousRights }: ReceiveConnector,
  { PermissionGroups: groups }: Readonly<Record<string, SettingText | undefined>>,
): boolean {
  if (AnonymousRights === undefined || groups === undefined) return false
  return ![groups].flat().includes('AnonymousUsers')
}

/** A file without the section has the role's connectors; they are written before one is changed. */
function writeOutDefaults({ document, config }: ConfigDraft): void {
  if (document.has(section)) return
  for (const connector of defaultConnectorSettings(config.Server))
    document.addEntry(section, connector)
}
