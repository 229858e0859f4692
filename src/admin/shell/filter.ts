import { parseFilter } from '../grammar/parse.ts'
import { nearest } from '../grammar/nearest.ts'
import type { Expression } from '../grammar/syntax.ts'
import { isTrue } from '../values/compare.ts'
import type { ShellObject } from '../values/shell-object.ts'
import { ScriptBlock } from '../values/value.ts'
import { evaluate } from './evaluate.ts'
import type { Conversion, ParameterType } from './parameter-type.ts'
import { text } from './parameter-types.ts'
import { Session } from './session.ts'
import { ShellError } from './shell-error.ts'

/** A condition on an object's properties. */
export interface Filter {
  /** As it was written, without braces. */
  readonly source: string
  readonly expression: Expression
  readonly matches: (object: ShellObject) => boolean
}

/**
 * The type of `-Filter {Status -eq 'Retry' -and MessageCount -gt 100}`, which may be text as well and
 * may write `$_.Status`. Variables in the text are worked out before, as in `"Status -eq '$wanted'"`.
 * Names that are not among `properties` are refused.
 */
export function filter(properties: readonly string[]): ParameterType<Filter> {
  return {
    name: 'Filter',
    convert: (argument) => {
      if (argument.value instanceof ScriptBlock) return filterOf(argument.value.source, properties)
      const source = text.convert(argument)
      return 'problem' in source ? source : filterOf(source.value, properties)
    },
  }
}

function filterOf(source: string, properties: readonly string[]): Conversion<Filter> {
  const parsed = parseFilter(source)
  if (parsed.kind === 'problem') {
    const at = `character ${parsed.problem.start + 1}`
    return { problem: `Invalid filter syntax at ${at} of "${source}": ${parsed.problem.message}` }
  }
  const expression = parsed.tree
  const problem = problemOf(expression, properties)
  if (problem !== undefined) return { problem: `Invalid filter "${source}": ${problem}` }
  return { value: { source, expression, matches: (object) => holds(expression, object) } }
}

/** What a filter must not hold: other properties, and anything but comparisons. */
function problemOf(node: Expression, properties: readonly string[]): string | undefined {
  switch (node.kind) {
    case 'text':
    case 'number':
      return undefined
    case 'variable':
      return /^(true|false|null)$/i.test(node.name)
        ? undefined
        : `$${node.name} is not known there; put the filter in double quotes to fill it in.`
    case 'list':
      return firstProblem(node.items, properties)
    case 'group': {
      const [only] = node.body.kind === 'pipeline' ? node.body.elements : []
      return only?.kind === 'expression'
        ? problemOf(only.value, properties)
        : 'it may hold comparisons only.'
    }
    case 'unary':
      return problemOf(node.operand, properties)
    case 'binary':
      return firstProblem([node.left, node.right], properties)
    case 'member':
      return node.target.kind === 'variable' && /^(_|psitem)$/i.test(node.target.name)
        ? propertyProblem(node.name, properties)
        : 'it may hold comparisons of properties only.'
    default:
      return 'it may hold comparisons of properties only.'
  }
}

const firstProblem = (nodes: readonly Expression[], properties: readonly string[]) =>
  nodes.map((node) => problemOf(node, properties)).find((problem) => problem !== undefined)

function propertyProblem(name: string, properties: readonly string[]): string | undefined {
  if (properties.some((known) => known.toLowerCase() === name.toLowerCase())) return undefined
  const close = nearest(name, properties)
  const hint =
    close === undefined ? `It may use ${properties.join(', ')}.` : `Did you mean ${close}?`
  return `"${name}" is not a property that can be filtered by. ${hint}`
}

/** A filter sees no variable but the constants. */
const empty = new Session()

function holds(expression: Expression, object: ShellObject): boolean {
  const scope = { session: empty, item: object, now: () => new Date(0), source: '' }
  const step = evaluate(expression, scope).next()
  if (step.done === true) return isTrue(step.value)
  throw new ShellError('A filter cannot run commands.', { id: 'InvalidFilter' })
}
