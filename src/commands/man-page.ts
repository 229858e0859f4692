import { environmentSettings, processVariables } from '../config/environment-settings.ts'
import { commandTable } from './command-table.ts'
import { ownCmdlets } from './server-cmdlets.ts'

type Entry = readonly [term: string, text: string]

/** The manual page edge(1), made of what the program says of itself; docs/edge.1 is this text. */
export function manPage(): string {
  const groups = Object.entries(Object.groupBy(commandTable, ({ group }) => group))
  return [
    '.\\" Made of the help of the program.',
    '.TH EDGE 1 "" "Edge Relay" "Edge Relay"',
    '.SH NAME',
    "edge \\- an SMTP edge relay in the manner of Exchange's Edge Transport role",
    '.SH SYNOPSIS',
    '.B edge',
    '.I command',
    '.RI [ options ]',
    '.br',
    '.B edge',
    '.I Verb\\-Noun',
    '.RI [ \\-Parameter\\ value ]...',
    '.SH DESCRIPTION',
    'Receives mail by Receive connectors, keeps it in a queue on disk and delivers it by Send connectors.',
    'One YAML file, or the environment, is its configuration. The cmdlets of the Exchange Management Shell',
    'change it and look at queues, messages and logs, each as a command or in',
    '.BR "edge shell" .',
    '.SH COMMANDS',
    ...groups.flatMap(([group, entries]) => [
      `.SS ${group}`,
      ...entries.flatMap(({ name, usage, summary, options = [] }) => [
        paragraph(`\\fB${escaped(name)}\\fR ${usageText(usage)}`.trimEnd(), summary),
        ...(options.length === 0 ? [] : ['.RS', ...options.map(bold), '.RE']),
      ]),
    ]),
    '.SH CMDLETS',
    '.BI "edge help " Verb\\-Noun',
    'shows one with its parameters.',
    ...ownCmdlets().map(({ name, synopsis }) => bold([name, synopsis])),
    '.SH ENVIRONMENT',
    ...Object.entries(processVariables).map(bold),
    '.PP',
    'Without a configuration file these make one:',
    ...Object.entries(environmentSettings).map(bold),
    '.SH SIGNALS',
    ...signals.map(bold),
    '.SH EXIT STATUS',
    ...exitStatus.map(bold),
    '.SH FILES',
    ...files.map(([path, text]) => paragraph(`\\fI${escaped(path)}\\fR`, text)),
    '',
  ].join('\n')
}

const signals: readonly Entry[] = [
  [
    'SIGTERM, SIGINT',
    'finish what is in hand, in 40 seconds at most, and end; a second one, more than two seconds later, ends at once',
  ],
  ['SIGHUP', 'read the configuration again; a server whose terminal was closed ends'],
]
const exitStatus: readonly Entry[] = [
  ['0', 'fine'],
  ['1', 'an error, which was told'],
  ['2', 'wrong usage'],
]
const files: readonly Entry[] = [
  ['config/server.yaml', 'the configuration'],
  ['data/queue', 'mail that waits'],
  ['data/logs', 'protocol logs, connectivity logs, message tracking log and admin audit log'],
  ['data/certs', 'the certificates that the server made for itself'],
]

function bold([term, text]: Entry): string {
  return paragraph(`\\fB${escaped(term)}\\fR`, text)
}

/** A term, in roff already, and what it is. */
function paragraph(term: string, text: string): string {
  return `.TP\n${term}\n${escaped(text)}`
}

/** Words to be replaced, in capitals, are slanted. */
function usageText(usage: string): string {
  return escaped(usage).replaceAll(/\b[A-Z]{2,}\b/g, String.raw`\fI$&\fR`)
}

/** Text of which roff makes no command: a hyphen stays one that can be copied. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1')
}
