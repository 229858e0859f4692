/** Finds the name that `given` means, compared without case. */
export function matchingName(given: string, names: readonly string[]): string | undefined {
  const wanted = given.trim().toLowerCase()
  return names.find((name) => name.toLowerCase() === wanted)
}

/** Words for what has another name here. */
const otherWords: Readonly<Record<string, string>> = {
  address: 'Bindings',
  host: 'SmartHosts',
  listen: 'Bindings',
  port: 'Bindings',
  ports: 'Bindings',
}

/**
 * The name that `given` was most likely meant to be: one spelt nearly so, then the only one that has it as a
 * word, then another word for it. Undefined when there is none.
 */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const wanted = given.trim().toLowerCase()
  const longer = names.filter((name) => hasWord(name, wanted))
  return (
    nearlyNamed(wanted, names) ??
    (longer.length === 1 && wanted.length > 2 ? longer[0] : undefined) ??
    names.find((name) => name === otherWords[wanted])
  )
}

/** Whether a word of the name begins with `wanted`: `Recipients` in `MaxRecipientsPerMessage`, not `Port` in `Transport`. */
function hasWord(name: string, wanted: string): boolean {
  return [...name.matchAll(/(?<![A-Z])[A-Z]|[A-Z](?=[a-z])|^./g)].some(({ index }) =>
    name.slice(index).toLowerCase().startsWith(wanted),
  )
}

/** The name with the fewest letters changed, where they are few. */
function nearlyNamed(wanted: string, names: readonly string[]): string | undefined {
  const tolerance = Math.max(1, Math.floor(wanted.length / 3))
  const [nearest] = names
    .map((name) => ({ name, distance: editDistance(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= tolerance)
    .sort((a, b) => a.distance - b.distance)
  return nearest?.name
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        (current[column - 1] ?? 0) + 1,
        (previous[column] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforePrevious[column - 2] ?? 0) + 1 : Infinity,
      )
    }
    beforePrevious = previous
    previous = current
  }
  return previous[to.length] ?? 0
}
