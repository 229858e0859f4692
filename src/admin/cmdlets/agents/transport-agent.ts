import { access } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import type { AgentStatus, BuiltInAgent } from '../../../agents/host/hosted-agent.ts'
import {
  type TransportAgentSettings,
  transportAgentSchema,
} from '../../../agents/host/transport-agent.ts'
import { type Cmdlet, defineCmdlet, parameter } from '../../shell/cmdlet.ts'
import type { ParameterType } from '../../shell/parameter-type.ts'
import { identityAmong, text } from '../../shell/parameter-types.ts'
import { ByteSize, HashTable, ShellObject, TimeSpan } from '../../values/value.ts'
import { textOf } from '../../values/text-of.ts'
import { tableView } from '../../values/view.ts'
import { changingCmdlet } from '../configuration/changing-cmdlet.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { identityParameter, switchCmdlets } from '../configuration/list-cmdlets.ts'
import {
  type ListNoun,
  addItem,
  changeItem,
  removeItem,
  shownItems,
} from '../configuration/list-noun.ts'
import {
  type OwnSettings,
  SettingChange,
  definite,
  directoryParameters,
  givenChanges,
  settingParameters,
} from '../configuration/setting-parameters.ts'
import type { RunningAgents } from './running-agents.ts'
import { anyTransportServiceParameter, transportServiceParameter } from './transport-service.ts'

const section = 'TransportAgents'

const { Priority, TimeLimit, MaxMemory, MaxBodySize, TransportAgentFactory } = settingParameters(
  section,
  transportAgentSchema,
  {
    Priority:
      'At each event the lowest goes first; of equal ones the one that stands first in the file.',
    TimeLimit: 'Of this relay: how long the agent may take for one event, such as 00:00:10.',
    MaxMemory: "Of this relay: how much memory the agent's process may take, such as 128MB.",
    MaxBodySize:
      'Of this relay: a longer body is given to the agent piece by piece only, such as 16MB.',
    TransportAgentFactory:
      'The export of the module that is the agent; default means agent, else the default export.',
  },
)

/** Settings of the agent's own, `@{Word='lottery';Hosts='a','b'}`. */
const settingsTable: ParameterType<SettingChange> = {
  name: 'Hashtable',
  takesNull: true,
  convert: ({ value }) => {
    if (value === null) return { value: SettingChange.clear }
    if (value instanceof HashTable) return { value: SettingChange.toSettings(settingsOf(value)) }
    return { problem: "Settings are a table, such as @{Word='lottery'}." }
  },
}

function settingsOf(table: HashTable): OwnSettings {
  return Object.fromEntries(
    table.entries.map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(textOf) : textOf(value),
    ]),
  )
}

const Settings = parameter(settingsTable, {
  help: "Of this relay: what the agent is told of its own settings, such as @{Word='lottery'}; $null for none.",
})
const ownSettings = {
  ...(TimeLimit && { TimeLimit }),
  ...(MaxMemory && { MaxMemory }),
  ...(MaxBodySize && { MaxBodySize }),
  Settings,
}
const common = { TransportService: anyTransportServiceParameter, ...directoryParameters }
const assemblyPath = {
  help: 'The ES module of the agent, .ts or .js. A relative path begins at the current folder, else at that of the configuration file.',
}

const view = tableView('Identity', 'Enabled', 'Priority')

function objectOf(agent: TransportAgentSettings, status: AgentStatus | undefined): ShellObject {
  const { lastErrorTime } = status ?? {}
  return new ShellObject({
    type: 'TransportAgent',
    view,
    properties: {
      Enabled: agent.Enabled,
      Priority: agent.Priority,
      TransportAgentFactory: agent.TransportAgentFactory,
      AssemblyPath: agent.Module,
      TimeLimit: new TimeSpan(agent.TimeLimit),
      MaxMemory: new ByteSize(agent.MaxMemory),
      MaxBodySize: new ByteSize(agent.MaxBodySize),
      Settings: Object.entries(agent.Settings).map(
        ([name, value]) => `${name}=${typeof value === 'string' ? value : value.join(',')}`,
      ),
      State: agent.Enabled ? (status?.state ?? 'Unknown') : 'Disabled',
      Events: status?.events ?? [],
      Calls: status?.calls ?? null,
      Failures: status?.failures ?? null,
      Starts: status?.starts ?? null,
      LastError: status?.lastError ?? null,
      LastErrorTime: lastErrorTime === undefined ? null : new Date(lastErrorTime),
      Identity: agent.Name,
      IsValid: true,
    },
  })
}

/** An agent of the relay's own: it has no settings here, and is in force as long as there is work for it. */
function builtInObject({ name, priority, events }: BuiltInAgent): ShellObject {
  return new ShellObject({
    type: 'TransportAgent',
    view,
    properties: {
      Enabled: true,
      Priority: priority,
      TransportAgentFactory: '',
      AssemblyPath: '',
      State: 'BuiltIn',
      Events: events,
      Identity: name,
      IsValid: true,
    },
  })
}

/** An agent of either kind, as it is shown. */
interface Shown {
  readonly name: string
  readonly priority: number
  readonly object: ShellObject
}

const noun: ListNoun<TransportAgentSettings> = {
  section,
  type: 'TransportAgent',
  title: 'transport agent',
  items: ({ TransportAgents }) => TransportAgents,
  nameOf: ({ Name }) => Name,
  show: (agent) => objectOf(agent, undefined),
}

/** The commands on the agents of users. */
export function transportAgentCmdlets(
  configuration: Configuration,
  agents: RunningAgents,
): readonly Cmdlet[] {
  return [
    getCmdlet(configuration, agents),
    installCmdlet(configuration),
    setCmdlet(configuration),
    uninstallCmdlet(configuration),
    ...switchCmdlets(configuration, noun, {
      parameters: { TransportService: anyTransportServiceParameter },
      enable: {
        synopsis: 'Asks a transport agent from now on.',
        examples: [
          { code: "Enable-TransportAgent 'Word Filter'", text: 'New sessions have it at once.' },
        ],
      },
      disable: {
        synopsis: 'Asks a transport agent no more.',
        examples: [
          {
            code: "Disable-TransportAgent 'Word Filter'",
            text: 'Sessions that have begun with it end with it.',
          },
        ],
      },
    }),
  ]
}

function getCmdlet(configuration: Configuration, agents: RunningAgents): Cmdlet {
  return defineCmdlet({
    name: 'Get-TransportAgent',
    synopsis: 'Shows the transport agents, and how they are.',
    description:
      "The agents of users, whose code runs in a process of its own, and those of the relay's own that are in force. Format-List shows the state, how often an agent was asked, and its last error.",
    parameters: {
      Identity: parameter(identityAmong('Get-TransportAgent', 'Name'), {
        help: 'The name of the transport agent. Without it all are shown.',
        ...{ position: 0, pipeline: 'both', wildcards: true },
      }),
      TransportService: transportServiceParameter,
      ...directoryParameters,
    },
    outputs: [
      ...['Identity', 'Enabled', 'Priority', 'TransportAgentFactory', 'AssemblyPath', 'TimeLimit'],
      ...['MaxMemory', 'MaxBodySize', 'Settings', 'State', 'Events', 'Calls', 'Failures'],
      ...['Starts', 'LastError', 'LastErrorTime'],
    ],
    examples: [
      { code: 'Get-TransportAgent', text: 'Lists all agents.' },
      {
        code: 'Get-TransportAgent | Format-List Identity,State,Failures,LastError',
        text: 'How they are.',
      },
    ],
    async *run({ given }) {
      const config = await configuration.read()
      const { users = [], builtIn = [] } =
        (await agents.inForce(given.TransportService ?? 'Transport')) ?? {}
      const items: readonly Shown[] = [
        ...config.TransportAgents.map((agent) => ({
          name: agent.Name,
          priority: agent.Priority,
          object: objectOf(
            agent,
            users.find(({ name }) => name === agent.Name),
          ),
        })),
        ...builtIn.map((agent) => ({ ...agent, object: builtInObject(agent) })),
      ].toSorted((one, other) => one.priority - other.priority)
      const shown: ListNoun<Shown> = {
        section,
        type: noun.type,
        title: noun.title,
        items: () => items,
        nameOf: ({ name }) => name,
        show: ({ object }) => object,
      }
      yield* shownItems(shown, config, given.Identity)
    },
  })
}

function installCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Install-TransportAgent',
    synopsis: 'Makes a transport agent known to the server, disabled.',
    description:
      'Enable-TransportAgent puts it into force. Both change a running server at once; it need not be started anew.',
    parameters: {
      Name: parameter(text, {
        help: 'The name, up to 64 characters.',
        position: 0,
        required: true,
      }),
      AssemblyPath: parameter(text, { ...assemblyPath, required: true }),
      ...(TransportAgentFactory && {
        TransportAgentFactory: { ...TransportAgentFactory, required: true },
      }),
      ...(Priority && { Priority }),
      ...ownSettings,
      ...common,
    },
    outputs: ['Identity', 'Enabled', 'Priority'],
    examples: [
      {
        code: "Install-TransportAgent 'Word Filter' -TransportAgentFactory default -AssemblyPath ./word-filter.ts",
        text: 'The next command is: Enable-TransportAgent "Word Filter".',
      },
    ],
    async change(given, attempt) {
      const { Name } = given
      attempt.concerns(Name)
      const settings = {
        Name,
        Module: await modulePath(configuration, given.AssemblyPath),
        Enabled: 'false',
        ...definite(givenChanges(given, undefined)),
      }
      return await addItem(noun, attempt, { name: Name, settings })
    },
  })
}

function setCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Set-TransportAgent',
    synopsis: 'Changes settings of a transport agent.',
    parameters: {
      Identity: identityParameter(noun),
      ...(Priority && { Priority }),
      AssemblyPath: parameter(text, assemblyPath),
      ...(TransportAgentFactory && { TransportAgentFactory }),
      ...ownSettings,
      ...common,
    },
    examples: [
      { code: "Set-TransportAgent 'Word Filter' -Priority 3", text: 'Asks it before others.' },
      {
        code: "Set-TransportAgent 'Word Filter' -Settings @{Word='lottery'}",
        text: 'Starts it anew with these settings of its own.',
      },
    ],
    async change(given, attempt) {
      const { AssemblyPath } = given
      const module =
        AssemblyPath === undefined ? undefined : await modulePath(configuration, AssemblyPath)
      return await changeItem(noun, attempt, {
        identity: given.Identity,
        verb: 'Setting',
        edit: (agent) => ({
          ...givenChanges(given, objectOf(agent, undefined)),
          ...(module !== undefined && { Module: module }),
        }),
      })
    },
  })
}

function uninstallCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Uninstall-TransportAgent',
    synopsis: 'Makes the server forget a transport agent.',
    description: 'The module itself stays where it is.',
    parameters: { Identity: identityParameter(noun), ...common },
    confirms: 'always',
    examples: [
      { code: "Uninstall-TransportAgent 'Word Filter'", text: 'Asks, and removes the agent.' },
    ],
    async change(given, attempt) {
      await removeItem(noun, attempt, { identity: given.Identity })
      return []
    },
  })
}

/** The path as it is written: below the configuration's folder where it is there, else absolute. */
async function modulePath({ folder }: Configuration, given: string): Promise<string> {
  const here = resolve(given)
  const isHere = await access(here).then(
    () => true,
    () => false,
  )
  const path = isHere ? here : resolve(folder, given)
  const below = relative(folder, path)
  return below.startsWith('..') || isAbsolute(below) ? path : below
}
