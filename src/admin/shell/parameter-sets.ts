import { ShellError } from './shell-error.ts'

/** Fails when more than one of the parameters was given: together they would mean nothing. */
export function refuseTogether(given: object, names: readonly string[]): void {
  const values = new Map<string, unknown>(Object.entries(given))
  const used = names.filter((name) => values.has(name) && values.get(name) !== false)
  if (used.length < 2) return
  const list = used.map((name) => `-${name}`).join(' and ')
  throw new ShellError(
    `Parameter set cannot be resolved using the specified named parameters: ${list} cannot be used together.`,
    { id: 'AmbiguousParameterSet', category: 'InvalidArgument' },
  )
}

/** Fails when a parameter was given without the one that it belongs to. */
export function requireWith(given: object, name: string, needed: string): void {
  const names = Object.keys(given)
  if (!names.includes(name) || names.includes(needed)) return
  throw new ShellError(`-${name} needs -${needed}.`, {
    id: 'MissingCompanionParameter',
    category: 'InvalidArgument',
  })
}
