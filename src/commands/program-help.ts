import { pipedWidth } from '../admin/format/renderer.ts'
import { wrapped } from '../admin/format/text-width.ts'
import { environmentSettings, processVariables } from '../config/environment-settings.ts'
import { type CommandEntry, commandTable } from './command-table.ts'
import { ownCmdlets } from './server-cmdlets.ts'

/** Fits a terminal of the usual width. */
const width = Math.min(80, pipedWidth)
const titleWidth = 16

/** What `edge help` shows: the commands in their groups, and the cmdlets by what they are about. */
export function programHelp(): string {
  const groups = Object.entries(Object.groupBy(commandTable, ({ group }) => group)).map(
    ([group, entries]) =>
      `${group}\n${entries.map(({ name, summary }) => row(name, summary)).join('')}`,
  )
  return [
    'edge: an SMTP edge relay\n',
    ...groups,
    `Cmdlets (edge Get-SendConnector -Identity x, or in the shell)\n${cmdletRows()}`,
    'edge help COMMAND shows its arguments, edge help environment the variables.\n' +
      'Environment: EDGE_CONFIG (default config/server.yaml), EDGE_DATA (default data)\n',
  ].join('\n')
}

/** What `edge help environment` shows: the variables that the program heeds. */
export function environmentHelp(): string {
  const column = 2 + Math.max(...Object.keys(environmentSettings).map((name) => name.length))
  const rows = (variables: readonly (readonly [name: string, text: string])[]) =>
    variables.map(([name, text]) => row(name, text, column)).join('')
  return (
    `For every server\n${rows(Object.entries(processVariables))}\n` +
    `In place of a configuration file\n${rows(Object.entries(environmentSettings))}`
  )
}

/** What `edge help COMMAND` shows of a command: what it does, how it is called, and its arguments. */
export function commandHelp(entry: CommandEntry): string {
  const { summary, options = [] } = entry
  const column = 2 + Math.max(0, ...options.map(([option]) => option.length))
  const rows = options.map(([option, text]) => row(option, text, column)).join('')
  const about = `${wrapped(summary, width).join('\n')}\n\n${usageLines(entry)}\n`
  return rows === '' ? about : `${about}\n${rows}`
}

/** How a command is called, each argument whole on its line. */
export function usageLines({ name, usage }: Pick<CommandEntry, 'name' | 'usage'>): string {
  const head = `Usage: edge ${name}`
  const indent = ' '.repeat(head.length + 1)
  const lines: string[] = []
  for (const argument of usage.match(/\[[^\]]*\]…?|[^\s[]+/g) ?? []) {
    const last = lines.at(-1)
    const joined = last === undefined ? argument : `${last} ${argument}`
    if (last === undefined || indent.length + joined.length > width) lines.push(argument)
    else lines[lines.length - 1] = joined
  }
  return `${head} ${lines.join(`\n${indent}`)}`.trimEnd()
}

/** One row for each noun, with its verbs. */
function cmdletRows(): string {
  const byNoun = Object.groupBy(ownCmdlets(), ({ name }) => name.split('-')[1] ?? name)
  const rows = Object.entries(byNoun).map(([noun, cmdlets = []]) => {
    const verbs = cmdlets.map(({ name }) => name.split('-')[0] ?? name)
    return [noun, verbs.sort().join(', ')] as const
  })
  const widest = Math.max(titleWidth, ...rows.map(([noun]) => noun.length + 2))
  return [...rows, ['Help', 'Get'] as const, ['Command', 'Get'] as const]
    .sort(([a], [b]) => a.localeCompare(b, 'en-US'))
    .map(([noun, verbs]) => row(noun, verbs, widest))
    .join('')
}

function row(title: string, text: string, column = titleWidth): string {
  const [first = '', ...more] = wrapped(text, width - column - 2)
  const rest = more.map((line) => `  ${' '.repeat(column)}${line}\n`).join('')
  return `  ${title.padEnd(column)}${first}\n${rest}`
}
