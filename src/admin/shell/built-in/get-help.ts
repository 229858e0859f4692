import { tableView } from '../../values/view.ts'
import { ShellObject, type Value } from '../../values/value.ts'
import { hasWildcards, wildcard } from '../../../base/wildcard.ts'
import {
  type Cmdlet,
  type CmdletContext,
  type Given,
  defineCmdlet,
  parameter,
  refused,
} from '../cmdlet.ts'
import { nearest } from '../../grammar/nearest.ts'
import { parametersOf } from '../common-parameters.ts'
import { list, switchParameter, text } from '../parameter-types.ts'
import { refuseTogether } from '../parameter-sets.ts'
import { ShellError } from '../shell-error.ts'
import { type HelpTopic } from './help-topics.ts'
import { helpText, parameterText } from './help-text.ts'

const view = tableView('Name', 'Category', 'Synopsis')

const noOrder = refused('help is not ordered by that; use a pattern, such as *Queue*.')

const whatParameter = (topics: readonly HelpTopic[]) =>
  parameter(
    { ...text, suggests: 'commands' as const, values: topics.map((topic) => topic.name) },
    {
      help: 'A command, an about_ topic, or a pattern for a list.',
      ...{ position: 0, wildcards: true },
    },
  )

const parameters = {
  Name: whatParameter([]),
  Examples: parameter(switchParameter, { help: 'Examples only.' }),
  Full: parameter(switchParameter, { help: 'All there is, with every parameter.' }),
  Detailed: parameter(switchParameter, { help: 'The same as -Full.' }),
  Parameter: parameter(list(text), {
    help: 'These parameters only, or * for all.',
    wildcards: true,
  }),
  Category: refused('use a pattern, such as about_* for topics.'),
  Component: noOrder,
  Functionality: noOrder,
  Role: noOrder,
  Path: refused('help comes with the relay.'),
  Online: refused('help is here; nothing of it is online.'),
  ShowWindow: refused('there are no windows.'),
}

/** Makes `Get-Help`, which knows the commands of the shell and these topics. */
export function getHelp(topics: readonly HelpTopic[]): Cmdlet {
  return defineCmdlet({
    name: 'Get-Help',
    aliases: ['help', 'man'],
    synopsis: 'Explains commands and topics.',
    parameters: { ...parameters, Name: whatParameter(topics) },
    examples: [
      { code: 'Get-Help', text: 'Where to begin.' },
      { code: 'Get-Help New-SendConnector -Examples', text: 'Examples for one command.' },
      { code: 'Get-Help *Queue*', text: 'What there is about queues.' },
      { code: 'Get-Help Set-ReceiveConnector -Parameter MaxMessageSize', text: 'One parameter.' },
    ],
    // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
    async *run({ given }, context) {
      yield* helpFor(given, topics, context)
    },
  })
}

function helpFor(
  given: Given<typeof parameters>,
  topics: readonly HelpTopic[],
  context: CmdletContext,
): Value[] {
  refuseTogether(given, ['Examples', 'Full', 'Detailed', 'Parameter'])
  const name = given.Name ?? 'about_Shell'
  const cmdlet = context.cmdlets.find(name)
  if (cmdlet !== undefined) return [cmdletHelp(cmdlet, given, context.width)]
  const topic = topics.find((one) => one.name.toLowerCase() === name.toLowerCase())
  if (topic !== undefined) return [`\n${topic.text.trim()}\n`]
  const pattern = wildcard(hasWildcards(name) ? name : `*${name}*`)
  const found = [
    ...context.cmdlets.all.map(({ name: Name, synopsis }) => ({
      Name,
      Category: 'Cmdlet',
      Synopsis: synopsis,
    })),
    ...topics.map(({ name: Name, synopsis }) => ({
      Name,
      Category: 'HelpFile',
      Synopsis: synopsis,
    })),
  ].filter(({ Name }) => pattern(Name))
  if (found.length === 0) failUnknown(name, topics, context)
  return found.map((properties) => new ShellObject({ type: 'HelpInfo', view, properties }))
}

function cmdletHelp(cmdlet: Cmdlet, given: Given<typeof parameters>, width: number): string {
  if (given.Parameter !== undefined) return parametersHelp(cmdlet, given.Parameter, width)
  const full = given.Full === true || given.Detailed === true
  return helpText(cmdlet, full ? 'full' : given.Examples === true ? 'examples' : 'short', width)
}

function parametersHelp(cmdlet: Cmdlet, patterns: readonly string[], width: number): string {
  const all = Object.entries(parametersOf(cmdlet))
  const found = all.filter(([name]) => patterns.some((pattern) => wildcard(pattern)(name)))
  if (found.length > 0) {
    return `\n${found.map(([name, one]) => parameterText(name, one, width)).join('\n')}`
  }
  const close = nearest(
    patterns.join(','),
    all.map(([name]) => name),
  )
  const hint = close === undefined ? '' : ` Did you mean ${close}?`
  throw new ShellError(`No parameter matches criteria ${patterns.join(',')}.${hint}`, {
    id: 'NoParmsFound',
    category: 'InvalidArgument',
    target: patterns.join(','),
  })
}

function failUnknown(name: string, topics: readonly HelpTopic[], context: CmdletContext): never {
  const close = nearest(
    name,
    topics.map((topic) => topic.name),
  )
  const hint =
    context.cmdlets.hint(name) ??
    (close === undefined ? 'Get-Command lists the commands there are.' : `Did you mean ${close}?`)
  throw new ShellError(`Get-Help could not find ${name} in a help file in this session. ${hint}`, {
    id: 'HelpNotFound',
    category: 'ObjectNotFound',
    target: name,
  })
}
