import { tableView } from '../../values/view.ts'
import { ShellObject } from '../../values/value.ts'
import { wildcard } from '../../../base/wildcard.ts'
import type { CmdletTable } from '../cmdlet-table.ts'
import { defineCmdlet, parameter, refused } from '../cmdlet.ts'
import { list, text } from '../parameter-types.ts'
import { ShellError } from '../shell-error.ts'
import { syntaxOf } from './help-text.ts'

const view = tableView('CommandType', 'Name', 'Synopsis')

const oneKind = refused('all commands here are cmdlets, and all of them are there.')
const noModules = refused('there are no modules.')
const fuzzy = refused('use a pattern with *; for a name that is none the nearest one is told.')

/** `Get-Command *Connector`. */
export const getCommand = defineCmdlet({
  name: 'Get-Command',
  aliases: ['gcm'],
  synopsis: 'The commands there are.',
  parameters: {
    Name: parameter(list({ ...text, suggests: 'commands' }), {
      help: 'Names or patterns.',
      position: 0,
      wildcards: true,
    }),
    Verb: parameter(list(text), { help: 'Verbs: Get, New.', wildcards: true }),
    Noun: parameter(list(text), { help: 'Nouns: Queue, *Connector.', wildcards: true }),
    All: oneKind,
    CommandType: oneKind,
    ListImported: oneKind,
    Module: noModules,
    FullyQualifiedModule: noModules,
    ArgumentList: refused('no command has parameters that come and go with others.'),
    ParameterName: refused('use Get-Help, which shows the parameters of each command.'),
    ParameterType: refused('use Get-Help, which shows the parameters of each command.'),
    ShowCommandInfo: refused('there is no Show-Command.'),
    Syntax: refused('use Get-Help, or the property Definition.'),
    TotalCount: refused('use Select-Object -First.'),
    UseAbbreviationExpansion: fuzzy,
    UseFuzzyMatching: fuzzy,
    FuzzyMinimumDistance: fuzzy,
  },
  outputs: ['CommandType', 'Name', 'Verb', 'Noun', 'Synopsis', 'Aliases', 'Definition'],
  examples: [
    { code: 'Get-Command -Noun *Connector', text: 'The commands about connectors.' },
    { code: 'Get-Command Get-*', text: 'The commands that only look.' },
  ],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }, { cmdlets }) {
    const fits = (patterns: readonly string[] | undefined, word: string) =>
      patterns === undefined || patterns.some((pattern) => wildcard(pattern)(word))
    const aliased = (given.Name ?? []).map((name) => cmdlets.find(name)?.name ?? name)
    const names = given.Name === undefined ? undefined : aliased
    const found = cmdlets.all.filter(({ name }) => {
      const [verb = '', noun = ''] = name.split('-', 2)
      return fits(names, name) && fits(given.Verb, verb) && fits(given.Noun, noun)
    })
    if (found.length === 0 && given.Name !== undefined) failUnknown(given.Name.join(', '), cmdlets)
    for (const cmdlet of found) {
      const [Verb = '', Noun = ''] = cmdlet.name.split('-', 2)
      const properties = {
        ...{ CommandType: 'Cmdlet', Name: cmdlet.name, Verb, Noun },
        ...{ Synopsis: cmdlet.synopsis, Aliases: cmdlet.aliases ?? [] },
        Definition: syntaxOf(cmdlet),
      }
      yield new ShellObject({ type: 'CmdletInfo', view, properties })
    }
  },
})

function failUnknown(name: string, cmdlets: Pick<CmdletTable, 'hint'>): never {
  const hint = cmdlets.hint(name) ?? ''
  throw new ShellError(
    `The term '${name}' is not recognized as the name of a cmdlet. ${hint}`.trim(),
    {
      id: 'CommandNotFoundException',
      category: 'ObjectNotFound',
      target: name,
    },
  )
}
