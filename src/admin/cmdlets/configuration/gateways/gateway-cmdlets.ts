import type { Settings } from '../../../../config/setting-text.ts'
import type { AddressSpace } from '../../../../pipeline/address-space.ts'
import { isSourceServer } from '../../../../pipeline/routable-connector.ts'
import { type Cmdlet, type Example, type Parameter, parameter } from '../../../shell/cmdlet.ts'
import { forceParameter } from '../../../shell/common-parameters.ts'
import { text } from '../../../shell/parameter-types.ts'
import { type Attempt, changingCmdlet } from '../changing-cmdlet.ts'
import type { Configuration } from '../configuration.ts'
import { requireParameters } from '../connector-cmdlets.ts'
import { getCmdlet, identityParameter, newNameParameter, removeCmdlet } from '../list-cmdlets.ts'
import { type ListNoun, addItem, changeItem, itemNamed } from '../list-noun.ts'
import {
  type SettingChange,
  definite,
  directoryParameters,
  givenChanges,
} from '../setting-parameters.ts'

/** A connector by which mail leaves otherwise than by SMTP. */
interface GatewayConnector {
  readonly Name: string
  readonly AddressSpaces: readonly AddressSpace[]
  readonly SourceTransportServers: readonly string[]
}

/** What Get-Help shows of the commands. */
interface GatewayHelp {
  readonly name: string
  /** As plural, what they are for: `the Foreign connectors: by which folders mail leaves`. */
  readonly shows: string
  readonly examples: Readonly<Record<'Get' | 'New' | 'Set' | 'Remove', readonly Example[]>>
}

/** How the cmdlets of one kind of connector differ from another's. */
export interface GatewayNoun<T> extends ListNoun<T> {
  /** Parameters for settings, without the name. */
  readonly settings: Readonly<Record<string, Parameter<SettingChange>>>
  /** Those that a new connector must have. */
  readonly required: readonly string[]
  readonly help: GatewayHelp
}

/** The commands on connectors of one kind. */
export function gatewayCmdlets<T extends GatewayConnector>(
  configuration: Configuration,
  noun: GatewayNoun<T>,
): readonly Cmdlet[] {
  const { title, help } = noun
  return [
    getCmdlet(configuration, noun, {
      synopsis: `Shows ${help.shows}.`,
      takesServer: true,
      outputs: [...Object.keys(noun.settings), 'Name', 'Identity'],
      examples: help.examples.Get,
    }),
    newCmdlet(configuration, noun),
    setCmdlet(configuration, noun),
    removeCmdlet(configuration, noun, {
      synopsis: `Removes a ${title}; its mail is routed anew.`,
      examples: help.examples.Remove,
    }),
  ]
}

function newCmdlet<T extends GatewayConnector>(
  configuration: Configuration,
  noun: GatewayNoun<T>,
): Cmdlet {
  return changingCmdlet(configuration, {
    name: `New-${noun.type}`,
    synopsis: `Makes a ${noun.title}.`,
    parameters: {
      Name: parameter(text, { help: noun.help.name, position: 0, required: true }),
      ...noun.settings,
      ...directoryParameters,
    },
    outputs: Object.keys(noun.settings),
    examples: noun.help.examples.New,
    async change(given, attempt) {
      attempt.concerns(given.Name)
      const changes = givenChanges(given, undefined)
      requireParameters(noun.required.filter((name) => changes[name] === undefined))
      const settings: Settings = { Name: given.Name, ...definite(changes) }
      const objects = await addItem(noun, attempt, { name: given.Name, settings })
      if (objects.length > 0) await warnOfOtherServers(noun, attempt, given.Name)
      return objects
    },
  })
}

function setCmdlet<T extends GatewayConnector>(
  configuration: Configuration,
  noun: GatewayNoun<T>,
): Cmdlet {
  return changingCmdlet(configuration, {
    name: `Set-${noun.type}`,
    synopsis: `Changes settings of a ${noun.title}.`,
    parameters: {
      Identity: identityParameter(noun),
      Name: newNameParameter,
      ...noun.settings,
      Force: forceParameter,
      ...directoryParameters,
    },
    examples: noun.help.examples.Set,
    async change(given, attempt) {
      const { Identity: identity, Name } = given
      attempt.concerns(identity)
      const done = await changeItem(noun, attempt, {
        identity,
        verb: 'Setting',
        edit: (connector, { config }) => ({
          ...givenChanges(given, noun.show(connector, config)),
          ...(Name !== undefined && { Name }),
        }),
      })
      if (attempt.changed) await warnOfOtherServers(noun, attempt, Name ?? identity)
      return done
    },
  })
}

/** A connector for other servers is stored, and does nothing here: that must not go unnoticed. */
async function warnOfOtherServers<T extends GatewayConnector>(
  noun: GatewayNoun<T>,
  attempt: Attempt,
  name: string,
): Promise<void> {
  const config = await attempt.configuration.read()
  const { SourceTransportServers } = itemNamed(noun, config, name)
  if (isSourceServer(SourceTransportServers, config.Server)) return
  attempt.context.writeWarning(
    `This server (${config.Server.Name}) does not use the ${noun.title} "${name}", because its SourceTransportServers name other servers only.`,
  )
}
