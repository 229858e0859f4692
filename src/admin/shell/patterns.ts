import { ShellError } from './shell-error.ts'

/** What was made of patterns last; a filter tests each object with the same one. */
const remembered = new Map<string, unknown>()
const maximumRemembered = 100

/** Makes something of a pattern, once for all of its uses in a row. The key names the kind as well. */
export function rememberedAs<T>(key: string, make: () => T): T {
  // What stands under a key was put there by the same maker.
  if (remembered.has(key)) return remembered.get(key) as T
  if (remembered.size >= maximumRemembered) remembered.clear()
  const made = make()
  remembered.set(key, made)
  return made
}

/** A regular expression. Throws ShellError for what is none. */
export function pattern(source: string, flags: string): RegExp {
  return rememberedAs(`expression ${flags} ${source}`, () => {
    try {
      return new RegExp(source, flags)
    } catch (error) {
      throw new ShellError(`parsing "${source}" - not a valid regular expression.`, {
        id: 'InvalidRegularExpression',
        category: 'InvalidOperation',
        cause: error,
      })
    }
  })
}
