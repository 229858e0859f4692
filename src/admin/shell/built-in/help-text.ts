import { wrapped } from '../../format/text-width.ts'
import type { Cmdlet, Parameter } from '../cmdlet.ts'
import { changeParameters } from '../common-parameters.ts'

/** Which parts of a command's help are shown. */
export type HelpDetail = 'short' | 'examples' | 'full'

/** `Set-X [-Identity] <String> [-Name <String>] [-Force] [<CommonParameters>]` */
export function syntaxOf(cmdlet: Cmdlet): string {
  return syntaxWords(cmdlet).join(' ')
}

function syntaxWords(cmdlet: Cmdlet): readonly string[] {
  const entries = ownParameters(cmdlet).filter(([, { refused }]) => refused === undefined)
  const position = (parameter: Parameter<unknown>) => parameter.position ?? Infinity
  const sorted = entries.toSorted(([, a], [, b]) => {
    const order = position(a) - position(b)
    return Number.isNaN(order) ? Number(b.required ?? false) - Number(a.required ?? false) : order
  })
  const words = sorted.map(([name, parameter]) => syntaxOfParameter(name, parameter))
  return [cmdlet.name, ...words, '[<CommonParameters>]']
}

function ownParameters(cmdlet: Cmdlet): [string, Parameter<unknown>][] {
  const changes = cmdlet.confirms === undefined ? {} : changeParameters
  return Object.entries({ ...cmdlet.parameters, ...changes })
}

function syntaxOfParameter(name: string, { type, required, position }: Parameter<unknown>): string {
  if (type.isSwitch === true) return `[-${name}]`
  const named = position === undefined ? `-${name}` : `[-${name}]`
  const whole = `${named} ${placeholder(type)}`
  return required === true ? whole : `[${whole}]`
}

/** Most words that syntax lists instead of the name of their type. */
const mostChoices = 4

/** `<String>`, or the words to choose from: `{Receive | Send}`. */
function placeholder({ name, values }: Parameter<unknown>['type']): string {
  const isChoice = values !== undefined && values.length > 1 && values.length <= mostChoices
  return isChoice && !name.endsWith('[]') && name !== 'Boolean'
    ? `{${values.join(' | ')}}`
    : `<${name}>`
}

/** The syntax in lines that are broken between parameters where these fit, the later ones further in. */
function syntaxLines(cmdlet: Cmdlet, width: number): string {
  const room = Math.max(20, width - 8)
  const unbroken = syntaxWords(cmdlet).map((word) =>
    word.length > room ? word : word.replaceAll(' ', '\u00a0'),
  )
  const [first = '', ...more] = wrapped(unbroken.join(' '), room)
  return [`    ${first}`, ...more.map((line) => `        ${line}`)]
    .join('\n')
    .replaceAll('\u00a0', ' ')
}

/** The help of a command as text of the given width. */
export function helpText(cmdlet: Cmdlet, detail: HelpDetail, width: number): string {
  const { name, synopsis, description, aliases = [], outputs } = cmdlet
  const parts = [
    section('NAME', [name], width),
    section('SYNOPSIS', [synopsis], width),
    detail === 'examples' ? '' : `SYNTAX\n${syntaxLines(cmdlet, width)}\n\n`,
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
      ? `REMARKS\n    ${'Examples'.padEnd(16)}Get-Help ${name} -Examples\n    ${'Each parameter'.padEnd(16)}Get-Help ${name} -Full\n\n`
      : '',
  ]
  return `\n${parts.join('').trimEnd()}\n`
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

/** Where the facts about a parameter stand. */
const factsAt = 37

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
  const lines = told.map(([title, fact]) => {
    const [first = '', ...more] = wrapped(fact, Math.max(20, width - factsAt))
    const head = `        ${title.padEnd(factsAt - 8)}${first}`.trimEnd()
    return [head, ...more.map((line) => ' '.repeat(factsAt) + line)].join('\n')
  })
  const head =
    type.isSwitch === true ? `    -${name} [<SwitchParameter>]` : `    -${name} <${type.name}>`
  return `${head}\n${indented(help, 8, width)}\n\n${lines.join('\n')}\n`
}
