import { type LocatedProblem, formatProblem } from '../config/located-problem.ts'

/**
 * The warnings of a configuration as the start tells them: a line for each kind, with its first place.
 * `edge check-config` names every place.
 */
export function startWarnings(warnings: readonly LocatedProblem[]): readonly string[] {
  // What is wrong stands before the semicolon, what to do about it behind.
  const kinds = Map.groupBy(warnings, ({ message }) => message.split(';')[0])
  return [...kinds.values()].map((same) => {
    const [first] = same
    const line = first === undefined ? '' : formatProblem(first)
    return same.length === 1 ? line : `${line} (and ${same.length - 1} more: edge check-config)`
  })
}
