import type { Cmdlet, Parameter } from '../../src/admin/shell/cmdlet.ts'
import { commonParameters, parametersOf } from '../../src/admin/shell/common-parameters.ts'

/** What a cmdlet does about each of its names. */
export interface CmdletRow {
  readonly name: string
  readonly aliases: readonly string[]
  readonly works: readonly string[]
  /** Taken with the value that switches the behaviour off, so that published scripts run. */
  readonly inactive: readonly string[]
  /** Refused parameters by the reason that is told. */
  readonly refused: ReadonlyMap<string, readonly string[]>
  /** What Microsoft's reference does not have. */
  readonly own: readonly string[]
}

/** The parameters of a cmdlet, without those of every command, beside the published ones. */
export function cmdletRow(cmdlet: Cmdlet, published: readonly string[] | undefined): CmdletRow {
  const all = Object.entries(parametersOf(cmdlet)).filter(([name]) => !(name in commonParameters))
  const isOwn = (name: string) => published?.includes(name) === false
  const refused = all.filter(([, parameter]) => parameter.refused !== undefined)
  const works = all
    .filter(([, parameter]) => parameter.refused === undefined && !isInactive(parameter))
    .flatMap(([name, { aliases = [] }]) => [
      name,
      ...aliases.filter((alias) => published?.includes(alias)),
    ])
  return {
    name: cmdlet.name,
    aliases: cmdlet.aliases ?? [],
    works: works.filter((name) => !isOwn(name)).sort(),
    inactive: all.flatMap(([name, parameter]) => (isInactive(parameter) ? [name] : [])).sort(),
    refused: new Map(
      [...Map.groupBy(refused, ([, parameter]) => parameter.refused ?? '')].map(
        ([why, entries]) => [why, entries.map(([name]) => name).sort()],
      ),
    ),
    own: works.filter(isOwn).sort(),
  }
}

/** The rows as a page of the documentation. */
export function referencePage(rows: readonly CmdletRow[]): string {
  return `${intro}${rows.map(section).join('')}`
}

const intro = `# Cmdlets and their parameters

Every cmdlet of the management shell, beside Microsoft's reference for Exchange Server. A parameter works as it does there, or may only switch off what
the relay does not have, or is refused by saying why; none is taken and ignored. This page is made from the cmdlets themselves (\`test/unit/admin/cmdlets/published-parameters.test.ts\`).

Each cmdlet has -Verbose, -ErrorAction, -WarningAction, -ErrorVariable and -OutVariable besides. \`Get-Help <cmdlet> -Full\` explains each parameter.
`

function section({ name, aliases, works, inactive, refused, own }: CmdletRow): string {
  const also = aliases.length === 0 ? '' : ` (${aliases.join(', ')})`
  const lines = [
    works.length === 0 ? 'No parameters.' : `Works: ${works.join(', ')}`,
    ...(own.length === 0 ? [] : [`Beyond Exchange: ${own.join(', ')}`]),
    ...(inactive.length === 0
      ? []
      : [`Only with the value that switches it off: ${inactive.join(', ')}`]),
    ...[...refused].map(([why, names]) => `Refused (${escaped(why)}): ${names.join(', ')}`),
  ]
  return `\n## ${name}${also}\n\n${lines.map((line) => `- ${line}\n`).join('')}`
}

/** As markdown. */
const escaped = (why: string) => why.replace(/\.$/, '').replaceAll('*', '\\*')

/** As `settingParameters` tells of a setting that may be given as it is, and not otherwise. */
const isInactive = ({ help }: Parameter<unknown>) => help.startsWith('Not available in this relay:')
