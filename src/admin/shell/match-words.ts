import { nearest } from '../grammar/nearest.ts'
import type { CommandWord, Expression, Place } from '../grammar/syntax.ts'
import type { Cmdlet, Parameter } from './cmdlet.ts'
import { parametersOf } from './common-parameters.ts'
import { ShellError } from './shell-error.ts'

/** A parameter with what was written for it. */
export interface MatchedWord extends Place {
  readonly name: string
  readonly parameter: Parameter<unknown>
  /** Undefined for a switch that stands alone. */
  readonly expression: Expression | undefined
}

/** A parameter with its name as help writes it. */
export interface NamedParameter {
  readonly name: string
  readonly parameter: Parameter<unknown>
}

/**
 * Tells which parameter each word of a command belongs to: by its name or the beginning of it, or by
 * position. Works nothing out; what `@name` stands for must be among the words already. Throws ShellError for words that fit nowhere.
 */
export function matchWords(cmdlet: Cmdlet, given: readonly CommandWord[]): readonly MatchedWord[] {
  const matched: MatchedWord[] = []
  const positional: { value: Expression; place: Place }[] = []
  const words = [...given]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const place = { start: word.start, end: word.end }
    if (word.kind === 'argument') positional.push({ value: word.value, place })
    else if (word.kind === 'parameter') {
      const found = findParameter(cmdlet, word.name, place)
      if (matched.some(({ name }) => name === found.name)) givenTwice(found.name, place)
      const expression =
        word.value ?? (found.parameter.type.isSwitch === true ? undefined : take(words))
      if (expression === undefined) {
        refuseUnavailable(found, place)
        if (found.parameter.type.isSwitch !== true) missingArgument(found, place)
      }
      matched.push({ ...found, expression, ...place })
    }
  }
  return [...matched, ...byPosition(cmdlet, matched, positional)]
}

/** The argument that follows a parameter's name. */
function take(words: CommandWord[]): Expression | undefined {
  const [next] = words
  if (next?.kind !== 'argument') return undefined
  words.shift()
  return next.value
}

function byPosition(
  cmdlet: Cmdlet,
  named: readonly MatchedWord[],
  values: readonly { readonly value: Expression; readonly place: Place }[],
): MatchedWord[] {
  const open = Object.entries(cmdlet.parameters)
    .map(([name, parameter]) => ({ name, parameter }))
    .filter(({ parameter }) => parameter.position !== undefined)
    .filter(({ name }) => !named.some((word) => word.name === name))
    .sort((a, b) => (a.parameter.position ?? 0) - (b.parameter.position ?? 0))
  return values.map(({ value, place }, at) => {
    const taken = open[at]
    if (taken === undefined) return noPosition(value, place)
    refuseUnavailable(taken, place)
    return { ...taken, expression: value, ...place }
  })
}

/** Finds a parameter by its name, an alias, or the beginning of one that no other shares. */
export function findParameter(cmdlet: Cmdlet, written: string, place: Place): NamedParameter {
  const all = Object.entries(parametersOf(cmdlet)).map(([name, parameter]) => ({ name, parameter }))
  const wanted = written.toLowerCase()
  const spellings = ({ name, parameter }: NamedParameter) =>
    [name, ...(parameter.aliases ?? [])].map((one) => one.toLowerCase())
  const exact = all.find((one) => spellings(one).includes(wanted))
  // A beginning may mean a parameter of every command only when none of its own begins so.
  const begun = all.filter((one) => spellings(one).some((name) => name.startsWith(wanted)))
  const own = begun.filter(({ name }) => Object.hasOwn(cmdlet.parameters, name))
  const candidates = own.length > 0 ? own : begun
  const found = exact ?? (candidates.length === 1 ? candidates[0] : undefined)
  if (found === undefined) {
    return candidates.length === 0
      ? unknownParameter(cmdlet, written, place)
      : ambiguous(written, candidates, place)
  }
  return found
}

const bindingError = (message: string, id: string, place: Place, target: string) =>
  new ShellError(message, {
    ...{ id, place, target, category: 'InvalidArgument' as const },
    reason: 'ParameterBindingException',
  })

function unknownParameter(cmdlet: Cmdlet, written: string, place: Place): never {
  const names = Object.keys(parametersOf(cmdlet))
  const close = nearest(written, names)
  const hint = close === undefined ? '' : ` Did you mean -${close}?`
  throw bindingError(
    `A parameter cannot be found that matches parameter name '${written}'.${hint}`,
    'NamedParameterNotFound',
    place,
    `-${written}`,
  )
}

function ambiguous(written: string, found: readonly NamedParameter[], place: Place): never {
  const names = found.map(({ name }) => `-${name}`).join(' ')
  throw bindingError(
    `Parameter cannot be processed because the parameter name '${written}' is ambiguous. Possible matches include: ${names}.`,
    'AmbiguousParameter',
    place,
    `-${written}`,
  )
}

/** Fails for a parameter that the relay does not honour. */
export function refuseUnavailable({ name, parameter }: NamedParameter, place: Place): void {
  if (parameter.refused === undefined) return
  throw new ShellError(`The parameter '${name}' is not available: ${parameter.refused}`, {
    id: 'ParameterNotAvailable',
    category: 'NotImplemented',
    reason: 'ParameterBindingException',
    target: `-${name}`,
    place,
  })
}

function givenTwice(name: string, place: Place): never {
  throw bindingError(
    `Cannot bind parameter because parameter '${name}' is specified more than once. To provide multiple values to parameters that can accept multiple values, use the array syntax. For example, "-parameter value1,value2,value3".`,
    'ParameterAlreadyBound',
    place,
    `-${name}`,
  )
}

function missingArgument({ name, parameter }: NamedParameter, place: Place): never {
  throw bindingError(
    `Missing an argument for parameter '${name}'. Specify a parameter of type '${parameter.type.name}' and try again. (An argument that begins with a dash, such as "--", must stand in quotes.)`,
    'MissingArgument',
    place,
    `-${name}`,
  )
}

function noPosition(value: Expression, place: Place): never {
  const text = shownValue(value)
  throw bindingError(
    `A positional parameter cannot be found that accepts argument '${text}'.`,
    'PositionalParameterNotFound',
    place,
    text,
  )
}

function shownValue(value: Expression): string {
  switch (value.kind) {
    case 'text':
      return value.value
    case 'number':
      return value.text
    case 'variable':
      return `$${value.name}`
    default:
      return 'System.Object[]'
  }
}
