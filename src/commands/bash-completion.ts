import { type Command, exitCodes } from './command-io.ts'
import { type CommandEntry, commandTable } from './command-table.ts'
import { ownCmdlets } from './server-cmdlets.ts'

/** `edge completion`: what makes bash complete commands, cmdlets and their options. */
export const completionCommand: Command = {
  run: (_, io) => {
    io.stdout.write(bashCompletion())
    return Promise.resolve(exitCodes.fine)
  },
}

/** Options that are followed by one of some words, or by a file. */
interface OptionValues {
  readonly option: string
  readonly values: readonly string[]
}

/** The script for bash (from 3.2 on); cmdlets are found whatever their case. */
export function bashCompletion(): string {
  const commands = commandTable.map((entry) => [entry.name, optionsOf(entry)] as const)
  const cmdlets = ownCmdlets().map(({ name, parameters }) => {
    const honoured = Object.entries(parameters).filter(([, { refused }]) => refused === undefined)
    return [name, honoured.map(([key]) => `-${key}`)] as const
  })
  const words = [...commands.map(([name]) => name), ...cmdlets.map(([name]) => name), 'help']
  const cases = [
    ...commands.map(([name, options]) => caseOf(name, options)),
    ...cmdlets.map(([name, keys]) => caseOf(name, [...keys, '--config', '--data'])),
  ]
  const values = commandTable
    .flatMap(valuesOf)
    .map(({ option, values }) => `    ${option}) words='${values.join(' ')}' ;;\n`)
  return `# bash completion for edge, made by "edge completion"
_edge() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words= candidate
  local restore; restore=$(shopt -p nocasematch); shopt -s nocasematch
  COMPREPLY=()
  case $before in
${[...new Set(values)].join('')}  esac
  if [ -z "$words" ]; then
    if [ "$COMP_CWORD" = 1 ]; then words='${words.join(' ')}'
    elif [[ $word == -* ]]; then
      case \${COMP_WORDS[1]} in
${cases.join('')}      esac
    elif [ "$before" = help ]; then words='${[...words, 'environment'].join(' ')}'
    fi
  fi
  for candidate in $words; do
    if [[ $candidate == "$word"* ]]; then COMPREPLY+=("$candidate"); fi
  done
  eval "$restore"
}
complete -o default -F _edge edge
`
}

function caseOf(name: string, options: readonly string[]): string {
  return `        ${name}) words='${options.join(' ')}' ;;\n`
}

function optionsOf({ usage }: CommandEntry): readonly string[] {
  return [...(usage.match(/--?[A-Za-z][A-Za-z-]*/g) ?? []), '--help']
}

/** `[--layout loopback|compose]`: an option with the words that may follow. */
function valuesOf({ usage }: CommandEntry): readonly OptionValues[] {
  return [...usage.matchAll(/(--?[a-z-]+) ([A-Za-z-]+(?:\|[A-Za-z-]+)+)/g)].map(
    ([, option = '', values = '']) => ({ option, values: values.split('|') }),
  )
}
