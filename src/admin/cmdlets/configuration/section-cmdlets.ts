import type { ServerConfig } from '../../../config/server-config.ts'
import type { SettingChanges } from '../../../config/setting-text.ts'
import {
  type Cmdlet,
  type Example,
  type Parameter,
  type ParameterTable,
  defineCmdlet,
  parameter,
  refused,
} from '../../shell/cmdlet.ts'
import { identity } from '../../shell/parameter-types.ts'
import type { ShellObject } from '../../values/value.ts'
import { changingCmdlet } from './changing-cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { requireThisServer } from './this-server.ts'
import { type SettingChange, directoryParameters, givenChanges } from './setting-parameters.ts'

/** A section of the configuration that is one set of settings. */
export interface SectionNoun {
  /** `TransportService`, the section's name and the noun of its cmdlets. */
  readonly section: string
  /** As a sentence has it: `Transport service`. */
  readonly title: string
  /** Other nouns of the same cmdlets. */
  readonly aliases?: readonly string[]
  /** Whether it belongs to a server, which -Identity names. */
  readonly ofServer: boolean
  readonly settings: Readonly<Record<string, Parameter<SettingChange>>>
  readonly show: (config: ServerConfig) => ShellObject
  /** Puts changes right that are more than the value that was given. */
  readonly adjust?: (changes: SettingChanges) => SettingChanges
  /** Fails on a server that has no such thing. */
  readonly require?: (config: ServerConfig) => void
  /** What Set- takes besides the settings. */
  readonly setParameters?: ParameterTable
  readonly examples: { readonly get: readonly Example[]; readonly set: readonly Example[] }
}

/** Get- and Set- of such a section. */
export function sectionCmdlets(configuration: Configuration, noun: SectionNoun): readonly Cmdlet[] {
  return [getCmdlet(configuration, noun), setCmdlet(configuration, noun)]
}

const identityOf = ({ ofServer, title }: SectionNoun) =>
  ofServer
    ? parameter(identity, {
        help: 'This server; it need not be named.',
        ...{ position: 0, pipeline: 'both' },
      })
    : refused(`there is one ${title}; leave the name out.`)

function getCmdlet(configuration: Configuration, noun: SectionNoun): Cmdlet {
  return defineCmdlet({
    name: `Get-${noun.section}`,
    ...(noun.aliases && { aliases: noun.aliases.map((name) => `Get-${name}`) }),
    synopsis: `Shows the settings of the ${noun.title}.`,
    parameters: { Identity: identityOf(noun), ...directoryParameters },
    outputs: Object.keys(noun.settings),
    examples: noun.examples.get,
    async *run({ given }) {
      const config = await configuration.read()
      requireThisServer(given.Identity, config.Server)
      noun.require?.(config)
      yield noun.show(config)
    },
  })
}

function setCmdlet(configuration: Configuration, noun: SectionNoun): Cmdlet {
  return changingCmdlet(configuration, {
    name: `Set-${noun.section}`,
    ...(noun.aliases && { aliases: noun.aliases.map((name) => `Set-${name}`) }),
    synopsis: `Changes settings of the ${noun.title}.`,
    parameters: {
      Identity: identityOf(noun),
      ...noun.settings,
      ...noun.setParameters,
      ...directoryParameters,
    },
    examples: noun.examples.set,
    async change(given, attempt) {
      const { Server } = await configuration.read()
      attempt.concerns(noun.ofServer ? Server.Name : noun.section)
      requireThisServer(given.Identity, Server)
      const sentence = `Setting ${noun.title}${noun.ofServer ? ` of "${Server.Name}"` : ''}.`
      await attempt.apply(sentence, ({ config, document }) => {
        noun.require?.(config)
        const changes = givenChanges(given, noun.show(config))
        document.changeSection(noun.section, noun.adjust?.(changes) ?? changes)
      })
      return []
    },
  })
}
