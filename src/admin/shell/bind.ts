import type { Place } from '../grammar/syntax.ts'
import { ShellObject, type Value } from '../values/value.ts'
import type { Cmdlet, Parameter, ParameterTable } from './cmdlet.ts'
import { ShellError } from './shell-error.ts'

/** Arguments by the names of their parameters, converted. */
export type Bindings = ReadonlyMap<string, unknown>

/** An argument that is about to become a parameter's. */
export interface Offer {
  readonly name: string
  readonly parameter: Parameter<unknown>
  readonly value: Value
  readonly text?: string | undefined
  readonly place?: Place | undefined
  readonly now: Date
}

/** Converts an argument for its parameter. Throws ShellError when it does not fit. */
export function converted({ name, parameter, value, text, place, now }: Offer): unknown {
  const details = { target: name, ...(place === undefined ? {} : { place }) }
  if (value === null && parameter.type.takesNull !== true) cannotBind(name, 'it is null', details)
  if (value === '' && parameter.required === true) {
    cannotBind(name, 'it is an empty string', details)
  }
  const conversion = parameter.type.convert({ value, text, now })
  if ('value' in conversion) return conversion.value
  throw new ShellError(
    `Cannot process argument transformation on parameter '${name}'. ${conversion.problem}`,
    {
      ...details,
      id: 'ParameterArgumentTransformationError',
      category: 'InvalidData',
      reason: 'ParameterBindingArgumentTransformationException',
    },
  )
}

function cannotBind(name: string, why: string, details: object): never {
  throw new ShellError(`Cannot bind argument to parameter '${name}' because ${why}.`, {
    ...details,
    id: 'ParameterArgumentValidationErrorNullNotAllowed',
    category: 'InvalidData',
    reason: 'ParameterBindingValidationException',
  })
}

/**
 * Adds to the arguments of a command what an object of the pipeline gives: the object where a parameter
 * is made for its kind, properties named as parameters are, or else the object as a whole. Throws
 * ShellError when it gives nothing.
 */
export function bindItem(cmdlet: Cmdlet, bound: Bindings, item: Value, now: Date): Bindings {
  const open = openForPipeline(cmdlet.parameters, bound)
  const found = new Map(bound)
  const meant = open.find(({ parameter }) => isMadeFor(parameter, item))
  if (meant !== undefined) return found.set(meant.name, converted({ ...meant, value: item, now }))
  for (const { name, parameter } of open) {
    const value = propertyFor(item, name, parameter)
    if (value !== undefined) found.set(name, converted({ name, parameter, value, now }))
  }
  if (found.size > bound.size) return found
  for (const { name, parameter } of open) {
    if (parameter.pipeline === 'property') continue
    const conversion = parameter.type.convert({ value: item, now })
    if ('value' in conversion) return found.set(name, conversion.value)
  }
  throw new ShellError(
    'The input object cannot be bound to any parameters for the command either because the command does not take pipeline input or the input and its properties do not match any of the parameters that take pipeline input.',
    {
      ...{ id: 'InputObjectNotBound', category: 'InvalidArgument' },
      reason: 'ParameterBindingException',
    },
  )
}

function openForPipeline(parameters: ParameterTable, bound: Bindings) {
  return Object.entries(parameters)
    .map(([name, parameter]) => ({ name, parameter }))
    .filter(({ name, parameter }) => parameter.pipeline !== undefined && !bound.has(name))
}

function isMadeFor({ pipeline, type }: Parameter<unknown>, item: Value): boolean {
  if (pipeline === 'property' || !(item instanceof ShellObject)) return false
  return type.takesObjects?.includes(item.type) === true
}

function propertyFor(item: Value, name: string, parameter: Parameter<unknown>): Value | undefined {
  if (!(item instanceof ShellObject) || parameter.pipeline === 'value') return undefined
  const values = [name, ...(parameter.aliases ?? [])].map((one) => item.get(one))
  return values.find((value) => value !== undefined && value !== null)
}

/** The required parameters that neither the command line nor, where one leads here, a pipeline gives. */
export function missingParameters(cmdlet: Cmdlet, bound: Bindings, piped: boolean): string[] {
  return Object.entries(cmdlet.parameters)
    .filter(([name, parameter]) => parameter.required === true && !bound.has(name))
    .filter(([, parameter]) => !piped || parameter.pipeline === undefined)
    .map(([name]) => name)
}

/** Fails for required parameters that nobody can be asked for. */
export function failMissing(names: readonly string[]): never {
  throw new ShellError(
    `Cannot process command because of one or more missing mandatory parameters: ${names.join(' ')}.`,
    {
      ...{ id: 'MissingMandatoryParameter', category: 'InvalidArgument' },
      reason: 'ParameterBindingException',
    },
  )
}
