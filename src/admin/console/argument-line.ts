import { parseScript } from '../grammar/parse.ts'
import { quoteText } from '../grammar/quote.ts'
import type { CommandWord, Expression, Script, Statement } from '../grammar/syntax.ts'
import type { Cmdlet } from '../shell/cmdlet.ts'
import { findParameter, type NamedParameter } from '../shell/match-words.ts'
import type { ParameterType } from '../shell/parameter-type.ts'
import { ShellError } from '../shell/shell-error.ts'

/** An argument of the process: a parameter's name, perhaps with a value behind a colon, or a value. */
interface Word {
  readonly text: string
  readonly name?: string | undefined
  readonly found?: NamedParameter | undefined
  readonly joined?: string | undefined
}

/** Types whose values no text can stand for: `(Get-Credential)`, `([System.IO.File]::ReadAllBytes('x'))`. */
const expressionTypes = new Set(['PSCredential', 'SecureString', 'Byte[]', 'ScriptBlock'])

/**
 * Writes the arguments of a process as a line of the shell's language. The system's own shell has
 * split and unquoted them already, so each is one value as it stands, whatever is in it: no pipe, no
 * variable, no second command comes out of one. What the type of the parameter asks for makes the
 * exceptions: `$true`, `$null`, lists (`a,b` without blanks and quotes, `@{Add='a'}`), `(Get-Credential)`.
 */
export function argumentLine(cmdlet: Cmdlet, args: readonly string[]): string {
  const words = args.map((text) => wordOf(cmdlet, text))
  const byPosition = openPositions(cmdlet, words)
  const line = [cmdlet.name]
  let waiting: { readonly type: ParameterType<unknown> | undefined } | undefined
  for (const { text, name, found, joined } of words) {
    const type = found?.parameter.type
    if (name === undefined) {
      line.push(valueText(waiting === undefined ? byPosition.shift() : waiting.type, text))
      waiting = undefined
    } else if (joined === undefined) {
      line.push(`-${name}`)
      waiting = type?.isSwitch === true ? undefined : { type }
    } else {
      line.push(`-${name}:${valueText(type, joined)}`)
      waiting = undefined
    }
  }
  return line.join(' ')
}

function wordOf(cmdlet: Cmdlet, text: string): Word {
  const [, name, joined] = /^-(\p{L}[\p{L}\p{Nd}_]*)(?::(.*))?$/su.exec(text) ?? []
  if (name === undefined) return { text }
  try {
    return { text, name, joined, found: findParameter(cmdlet, name, { start: 0, end: 0 }) }
  } catch (error) {
    // An unknown name stays in the line, where the shell tells what is wrong with it.
    if (error instanceof ShellError) return { text, name, joined }
    throw error
  }
}

function openPositions(cmdlet: Cmdlet, words: readonly Word[]): ParameterType<unknown>[] {
  return Object.entries(cmdlet.parameters)
    .filter(([name, { position }]) => {
      return position !== undefined && !words.some(({ found }) => found?.name === name)
    })
    .sort(([, a], [, b]) => (a.position ?? 0) - (b.position ?? 0))
    .map(([, { type }]) => type)
}

function valueText(type: ParameterType<unknown> | undefined, text: string): string {
  if (type === undefined) return quoteText(text)
  if (/^\$null$/i.test(text) && type.takesNull === true) return text
  if (/^\$(true|false)$/i.test(text) && type.values?.includes('$true') === true) return text
  if (expressionTypes.has(type.name))
    return isOneArgument(text, isBracketed) ? text : quoteText(text)
  if (!isList(type)) return quoteText(text)
  if (/^@[({]/.test(text) && isOneArgument(text, isConstant)) return text
  if (/[\s'"]/.test(text)) return quoteText(text)
  return text.split(',').map(quoteText).join(',')
}

const isList = ({ name }: ParameterType<unknown>) =>
  name.endsWith('[]') || name === 'MultiValuedProperty'

/** Whether a text, put into a line, is one argument there and no more, of a kind that `fits`. */
function isOneArgument(text: string, fits: (value: Expression) => boolean): boolean {
  const parsed = parseScript(`x ${text}`)
  if (parsed.kind === 'problem') return false
  const [word, more] = soleWords(parsed.tree) ?? []
  return word?.kind === 'argument' && more === undefined && fits(word.value)
}

function soleWords({ statements }: Script): readonly CommandWord[] | undefined {
  const [statement, more] = statements
  if (statement?.kind !== 'pipeline' || more !== undefined) return undefined
  const [element, behind] = statement.elements
  if (statement.redirection !== undefined || behind !== undefined) return undefined
  return element?.kind === 'command' ? element.words : undefined
}

/** `( … )` with perhaps a property behind it, and `{ … }`. */
function isBracketed(value: Expression): boolean {
  return value.kind === 'member' ? isBracketed(value.target) : /^(group|block)$/.test(value.kind)
}

/** Whether a value is known without running anything. */
function isConstant(value: Expression): boolean {
  switch (value.kind) {
    case 'text':
    case 'number':
      return true
    case 'variable':
      return /^(true|false|null)$/i.test(value.name)
    case 'list':
      return value.items.every(isConstant)
    case 'array':
      return value.body.statements.every(isConstantStatement)
    case 'table':
      return value.entries.every(
        (entry) => isConstant(entry.key) && isConstantStatement(entry.value),
      )
    default:
      return false
  }
}

function isConstantStatement(statement: Statement): boolean {
  if (statement.kind !== 'pipeline' || statement.redirection !== undefined) return false
  return statement.elements.every(
    (element) => element.kind === 'expression' && isConstant(element.value),
  )
}
