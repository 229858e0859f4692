import type { ServerConfig } from '../../../config/server-config.ts'
import {
  type Cmdlet,
  type Example,
  type ParameterTable,
  defineCmdlet,
  parameter,
} from '../../shell/cmdlet.ts'
import { identityAmong, text } from '../../shell/parameter-types.ts'
import { type Attempt, changingCmdlet } from './changing-cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { type ListNoun, changeItem, removeItem, shownItems } from './list-noun.ts'
import { directoryParameters } from './setting-parameters.ts'
import { requireThisServer, serverParameter } from './this-server.ts'

/** What Get-Help shows of a command. */
interface Told {
  readonly synopsis: string
  readonly examples: readonly Example[]
}

const identityHelp = ({ title, ofServer }: Pick<ListNoun<unknown>, 'title' | 'ofServer'>) =>
  ofServer === true ? `The ${title}: its name, or Server\\Name.` : `The name of the ${title}.`

/** `-Identity` of a command that changes one object. */
export function identityParameter<T>(noun: ListNoun<T>) {
  return parameter(identityAmong(`Get-${noun.type}`, 'Name'), {
    help: identityHelp(noun),
    ...{ position: 0, required: true, pipeline: 'both' },
  })
}

/** `-Name` of a command that changes an object. */
export const newNameParameter = parameter(text, { help: 'The new name, up to 64 characters.' })

/** How Get- shows the objects of a noun. */
export interface Showing extends Told {
  readonly outputs: readonly string[]
  /** Whether it takes -Server. */
  readonly takesServer: boolean
}

/** The command that shows the objects of a noun. */
export function getCmdlet<T>(
  configuration: Configuration,
  noun: ListNoun<T>,
  { takesServer, ...told }: Showing,
): Cmdlet {
  return defineCmdlet({
    name: `Get-${noun.type}`,
    ...told,
    parameters: {
      Identity: parameter(identityAmong(`Get-${noun.type}`, 'Name'), {
        help: `${identityHelp(noun)} Without it all are shown.`,
        ...{ position: 0, pipeline: 'both', wildcards: true },
      }),
      ...(takesServer && { Server: serverParameter }),
      ...directoryParameters,
    },
    async *run({ given }) {
      const config = await configuration.read()
      if ('Server' in given) requireThisServer(given.Server, config.Server)
      yield* shownItems(noun, config, given.Identity)
    },
  })
}

/** How Remove- removes an object of a noun. */
export interface Removal<T> extends Told {
  /** May refuse it. */
  readonly check?: (item: T, config: ServerConfig) => void
  /** Called when the object is gone. */
  readonly removed?: (item: T, attempt: Attempt) => Promise<void>
}

/** The command that removes an object of a noun. */
export function removeCmdlet<T>(
  configuration: Configuration,
  noun: ListNoun<T>,
  { check, removed, ...told }: Removal<T>,
): Cmdlet {
  return changingCmdlet(configuration, {
    name: `Remove-${noun.type}`,
    ...told,
    parameters: { Identity: identityParameter(noun), ...directoryParameters },
    confirms: 'always',
    async change(given, attempt) {
      const item = await removeItem(noun, attempt, {
        identity: given.Identity,
        ...(check && { check }),
      })
      if (attempt.changed && item !== undefined) await removed?.(item, attempt)
      return []
    },
  })
}

/** How Enable- and Disable- switch an object of a noun. */
export interface Switching {
  readonly enable: Told
  readonly disable: Told
  /** What both take beside the identity. */
  readonly parameters?: ParameterTable
}

/** The commands that set an object's `Enabled`. */
export function switchCmdlets<T>(
  configuration: Configuration,
  noun: ListNoun<T>,
  { enable, disable, parameters = {} }: Switching,
): readonly Cmdlet[] {
  const switching = (verb: 'Enable' | 'Disable', told: Told) =>
    changingCmdlet(configuration, {
      name: `${verb}-${noun.type}`,
      ...told,
      parameters: { Identity: identityParameter(noun), ...parameters, ...directoryParameters },
      change: async (given, attempt) =>
        await changeItem(noun, attempt, {
          identity: given.Identity,
          verb: verb === 'Enable' ? 'Enabling' : 'Disabling',
          edit: () => ({ Enabled: String(verb === 'Enable') }),
        }),
    })
  return [switching('Enable', enable), switching('Disable', disable)]
}
