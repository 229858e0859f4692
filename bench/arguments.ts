import { parseArgs } from 'node:util'
import type { Scenario } from './scenario.ts'

/** What the command line asks for. */
export interface Arguments {
  readonly scenarios: readonly Scenario[]
  readonly rounds: number
  readonly quick: boolean
  readonly json: string | undefined
  readonly folder: string | undefined
  readonly net: string
  readonly root: string | undefined
}

/** The command line is wrong, and how. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export function usage(scenarios: readonly Scenario[]): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length))
  const line = ({ name, title, isDefault }: Scenario) =>
    `  ${name.padEnd(width)}  ${title}${isDefault ? '' : ' (when named)'}\n`
  return `Usage: npm run bench -- [scenario… | all] [options]

The relay and Postfix side by side, in turns. Without scenarios: all but those that take long.

${scenarios.map(line).join('')}
  --rounds N     rounds of each scenario (default 5, or 1 when quick)
  --quick        a fifth of the messages
  --json FILE    where the result goes (default docs/bench.json; none when quick or not all ran)
  --folder DIR   where both queues lie (default the system's folder for temporary files)
  --net A.B.C    loopback addresses to use (default 127.0.111)
  --root DIR     another checkout, whose relay is measured

Needs root and the Debian packages postfix, strace and sasl2-bin. Progress goes to standard error, the
result to standard output; the exit code is 1 when a message was lost or a server does not flush.
`
}

/** Reads the command line; throws UsageError. */
export function parseArguments(args: readonly string[], known: readonly Scenario[]): Arguments {
  const { values, positionals } = parsed(args)
  const quick = values.quick ?? false
  const net = values.net ?? '127.0.111'
  if (!/^127\.\d{1,3}\.\d{1,3}$/.test(net)) {
    throw new UsageError(`--net must be like 127.0.111, not "${net}"`)
  }
  const isWhole = positionals.length === 0 || positionals.includes('all')
  return {
    scenarios: chosen(positionals, known),
    rounds: roundsOf(values.rounds, quick ? 1 : 5),
    json: values.json ?? (isWhole && !quick ? 'docs/bench.json' : undefined),
    folder: values.folder,
    root: values.root,
    quick,
    net,
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        quick: { type: 'boolean' },
        json: { type: 'string' },
        folder: { type: 'string' },
        net: { type: 'string' },
        root: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function chosen(names: readonly string[], known: readonly Scenario[]): readonly Scenario[] {
  if (names.includes('all')) return known
  if (names.length === 0) return known.filter(({ isDefault }) => isDefault)
  return names.map((name) => {
    const found = known.find((scenario) => scenario.name === name)
    if (found === undefined)
      throw new UsageError(`there is no scenario "${name}"; --help lists them`)
    return found
  })
}

function roundsOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const rounds = Number(text)
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new UsageError(`--rounds must be a whole number from 1, not "${text}"`)
  }
  return rounds
}
