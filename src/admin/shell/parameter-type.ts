import type { Value } from '../values/value.ts'

/** What stands behind a parameter in a command, or comes to it by the pipeline. */
export interface Argument {
  readonly value: Value
  /** The word as it was written, when it is a number: `007` as a name stays `007`. */
  readonly text?: string | undefined
  /** For times of the day. */
  readonly now: Date
}

/** A converted argument, or why it does not fit: one sentence or two. */
export type Conversion<T> = { readonly value: T } | { readonly problem: string }

/** A command that lists objects, and the properties by which each of them may be named. */
export interface ObjectNames {
  readonly command: string
  readonly properties: readonly string[]
}

/** A kind of value that parameters take. Conversion is pure. */
export interface ParameterType<T> {
  /** As help shows it: `ByteQuantifiedSize`. */
  readonly name: string
  /** A parameter that needs no value: `-Force`. */
  readonly isSwitch?: boolean
  /** The words there are, for help, completion and the nearest right one. */
  readonly values?: readonly string[]
  /** What else completion may offer: names of commands, or of properties of the objects piped in. */
  readonly suggests?: 'commands' | 'properties'
  /** Where completion finds the objects that it may name. */
  readonly names?: ObjectNames
  /**
   * Objects of the pipeline, by their types, that need no conversion: as in PowerShell they are taken
   * whole before any of their properties is.
   */
  readonly takesObjects?: readonly string[]
  /** Whether `$null` is a value, which clears a setting. */
  readonly takesNull?: boolean
  /**
   * Whether it says which objects are meant. A variable in it that was never set is an error then: as
   * an empty text it could mean others than were thought of.
   */
  readonly choosesObjects?: boolean
  readonly convert: (argument: Argument) => Conversion<T>
}

/** Fails in PowerShell's words. */
export function cannotConvert(given: string, typeName: string, detail: string) {
  const problem = `Cannot convert value "${given}" to type "${typeName}". Error: "${detail}"`
  return { problem } as const
}
