import { wrapped } from '../../format/text-width.ts'
import type { Cmdlet, Parameter } from '../cmdlet.ts'
import { changeParameters } from '../common-parameters.ts'

/** Which parts of a command's help are shown. */
export type HelpDetail = 'short' | 'examples' | 'full'

/** `Set-X [-Identity] <String> [-Name <String>] [-Force] [<CommonParameters>]` */
export function syntaxOf(cmdlet: Cmdlet): string {
  const entries = ownParameters(cmdlet).filter(([, { refused }]) => refused === undefined)
  const position = (parameter: Parameter<unknown>) => parameter.position ?? Infinity
  const sorted = entries.toSorted(([, a], [, b]) => {
    const order = position(a) - position(b)
    return Number.isNaN(order) ? Number(b.required ?? false) - Number(a.required ?? false) : order
  })
  const words = sorted.map(([name, parameter]) => syntaxOfParameter(name, parameter))
  return [cmdlet.name, ...words, '[<CommonParameters>]'].join(' ')
}

function ownParameters(cmdlet: Cmdlet): [string, Parameter<unknown>][] {
  const changes = cmdlet.confirms === undefined ? {} : changeParameters
  return Object.entries({ ...cmdlet.parameters, ...changes })
}

function syntaxOfParameter(name: string, { type, required, position }: Parameter<unknown>): string {
  if (type.isSwitch === true) return `[-${name}]`
  const named = position === undefined ? `-${name}` : `[-${name}]`
  const whole = `${named} <${type.name}>`
  return required === true ? whole : `[${whole}]`
}

/** The help of a command as text of the given width. */
export function helpText(cmdlet: Cmdlet, detail: HelpDetail, width: number): string {
  const { name, synopsis, description, aliases = [], outputs } = cmdlet
  const parts = [
    section('NAME', [name], width),
    section('SYNOPSIS', [synopsis], width),
    detail === 'examples' ? '' : section('SYNTAX', [syntaxOf(cmdlet)], width),
    detail === 'examples' || description === undefined
      ? ''
      : section('DESCRIPTION', [description], width),
    detail === 'full' ? `PARAMETERS\n${allParameters(cmdlet, width)}` : '',
    detail === 'full' && outputs !== undefined
      ? section('OUTPUTS', [outputs.join(', ')], width)
      : '',
    detail === 'full' && aliases.length > 0 ? section('ALIASES', [aliases.join(', ')], width) : '',
    detail === 'short' ? '' : examples(cmdlet, width),
    detail === 'short'
      ? section(
          'REMARKS',
          [`Get-Help ${name} -Examples shows examples, and Get-Help ${name} -Full everything.`],
          width,
        )
      : '',
  ]
  return `\n${parts.join('')}`
}

function section(title: string, paragraphs: readonly string[], width: number): string {
  return `${title}\n${paragraphs.map((text) => indented(text, 4, width)).join('\n')}\n\n`
}

function indented(text: string, by: number, width: number): string {
  const indent = ' '.repeat(by)
  return wrapped(text, Math.max(20, width - by))
    .map((line) => `${indent}${line}`.trimEnd())
    .join('\n')
}

function examples({ examples: all }: Cmdlet, width: number): string {
  return all
    .map(({ code, text }, at) => {
      const head = `    -------------------------- Example ${at + 1} --------------------------\n\n`
      // A command line stays on one line, so that it can be copied.
      return `${head}    PS> ${code}\n\n${indented(text, 4, width)}\n\n`
    })
    .join('')
}

function allParameters(cmdlet: Cmdlet, width: number): string {
  const own = ownParameters(cmdlet).map(([name, parameter]) =>
    parameterText(name, parameter, width),
  )
  const common =
    'Verbose, ErrorAction, ErrorVariable, WarningAction and OutVariable; see Get-Help about_CommonParameters.'
  return `${own.join('\n')}\n    <CommonParameters>\n${indented(common, 8, width)}\n\n`
}

/** One parameter as Get-Help -Parameter and -Full show it. */
export function parameterText(name: string, parameter: Parameter<unknown>, width: number): string {
  const { type, help, required, position, pipeline, aliases, defaultText, wildcards } = parameter
  const byPipeline = {
    value: 'true (ByValue)',
    property: 'true (ByPropertyName)',
    both: 'true (ByValue, ByPropertyName)',
  }
  const facts: [string, string][] = [
    ['Required?', String(required ?? false)],
    ['Position?', position === undefined ? 'named' : String(position + 1)],
    ['Default value', defaultText ?? ''],
    ['Accept pipeline input?', pipeline === undefined ? 'false' : byPipeline[pipeline]],
    ['Accept wildcard characters?', String(wildcards ?? false)],
    ['Aliases', aliases?.join(', ') ?? ''],
    ['Values', type.isSwitch === true ? '' : (type.values?.join(', ') ?? '')],
  ]
  const told = facts.filter(
    ([title, fact]) => fact !== '' || !['Aliases', 'Values'].includes(title),
  )
  const lines = told.map(([title, fact]) => `        ${title.padEnd(29)}${fact}`.trimEnd())
  const head =
    type.isSwitch === true ? `    -${name} [<SwitchParameter>]` : `    -${name} <${type.name}>`
  return `${head}\n${indented(help, 8, width)}\n\n${lines.join('\n')}\n`
}
