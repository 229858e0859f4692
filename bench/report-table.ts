import { middle, peakResident } from './contest.ts'
import { figure } from './figure.ts'
import { type Machine, machineLine } from './machine.ts'
import type { BenchResult, Figures, Measure, ScenarioResult } from './result.ts'

/** A table of text: the first column to the left, figures to the right. */
export function alignedTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    widths
      .map((width, at) =>
        at === 0 ? (cells[at] ?? '').padEnd(width) : (cells[at] ?? '').padStart(width),
      )
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width))
  return [head, rule, ...rows].map((cells) => `${line(cells)}\n`).join('')
}

/** Everything that a run found out, for a terminal. */
export function report({ machine, rounds, quick, scenarios }: BenchResult): string {
  const parts = [
    heading(machine, rounds, quick),
    rateTable(scenarios),
    costTable(scenarios),
    ...scenarios.filter(({ measures }) => measures.length > 0).map(measureTable),
    ...scenarios.flatMap(({ appendix = [] }) => appendix),
    ...scenarios.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}\n`)),
    ...scenarios
      .filter(({ failure }) => failure !== undefined)
      .map(({ name, failure }) => `FAILED ${name}: ${failure}\n`),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function heading(machine: Machine, rounds: number, quick: boolean): string {
  const how = `${rounds} ${rounds === 1 ? 'round' : 'rounds'} in turns${quick ? ', quick (too short to judge by)' : ''}`
  return `${machineLine(machine)}\n${how}; rates are medians from the first connection to the last arrival, ratios medians of the rounds' ratios;\n"No server" is the same load straight from the sender to the next hop: nobody can be faster here\n`
}

function rateTable(scenarios: readonly ScenarioResult[]): string {
  const rows = scenarios.flatMap((scenario) => {
    const { name, title, relay, postfix, ratio, target, ceiling, messages } = scenario
    if (relay === undefined || postfix === undefined) return []
    return [
      [
        name,
        title,
        String(messages ?? ''),
        figure(middle(relay, (round) => round.rate)),
        figure(middle(postfix, (round) => round.rate)),
        times(ratio),
        target === undefined ? '' : `>= ${target}x`,
        verdict(ratio, target),
        ceiling === undefined ? '' : figure(ceiling),
      ],
    ]
  })
  if (rows.length === 0) return ''
  const head = [
    ...['Scenario', 'Load', 'Messages', 'Relay/s', 'Postfix/s', 'Ratio', 'Target', 'Met'],
    'No server/s',
  ]
  return alignedTable(head, rows)
}

function costTable(scenarios: readonly ScenarioResult[]): string {
  const rows = scenarios.flatMap(({ name, relay, postfix, others = [] }) =>
    [relay, postfix, ...others]
      .filter((figures) => figures !== undefined)
      .map((figures) => [name, figures.label, ...costs(figures)]),
  )
  if (rows.length === 0) return ''
  return alignedTable(
    [
      'Scenario',
      'Server',
      'CPU s/1,000',
      'RSS MB',
      'PSS MB',
      'Processes',
      'Accepted/s',
      'Flushes/msg alone',
      'together',
    ],
    rows,
  )
}

function costs(figures: Figures): string[] {
  return [
    middle(figures, (round) => round.cpuPerThousand).toFixed(2),
    megabytes(peakResident(figures)),
    megabytes(figures.proportionalBytes),
    String(Math.max(...figures.rounds.map(({ processes }) => processes))),
    figure(middle(figures, (round) => round.acceptRate)),
    figures.flushes.alone.toFixed(1),
    figures.flushes.together.toFixed(2),
  ]
}

function measureTable({ name, title, measures }: ScenarioResult): string {
  const cell = (value: Measure['relay'] | undefined, { unit }: Measure) =>
    value === undefined ? '' : `${[value].flat().map(figure).join(' / ')} ${unit}`.trim()
  const rows = measures.map((measure) => [
    measure.what,
    cell(measure.relay, measure),
    cell(measure.postfix, measure),
    measure.target ?? '',
    measure.met === undefined ? '' : measure.met ? 'yes' : 'NO',
  ])
  return alignedTable([`${name}: ${title}`, 'Relay', 'Postfix', 'Target', 'Met'], rows)
}

function verdict(ratio: number | undefined, target: number | undefined): string {
  if (ratio === undefined || target === undefined) return ''
  return ratio >= target ? 'yes' : 'NO'
}

function times(ratio: number | undefined): string {
  return ratio === undefined ? '' : `${ratio.toFixed(2)}x`
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0)
}
