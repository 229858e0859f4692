import { Script, createContext } from 'node:vm'
import { second } from '../../base/time-span.ts'
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

/** How long one expression may be tried with one text. */
const longestTry = second

/** With one quantifier at most the time is that of the text's length squared; with more it may have no end. */
const mayTakeLong = ({ source }: RegExp) => (source.match(/[*+{]/g)?.length ?? 0) > 1

const attempt = createContext({})
const runAttempt = new Script('work()')

/**
 * Does something with an expression, for a bounded time: the texts are strangers' and the shell's own
 * process waits. Throws ShellError, in .NET's words, when the time is over.
 */
export function tried<T>(expression: RegExp, work: () => T): T {
  if (!mayTakeLong(expression)) return work()
  let result: { readonly value: T } | undefined
  attempt['work'] = () => (result = { value: work() })
  try {
    runAttempt.runInContext(attempt, { timeout: longestTry })
  } catch (error) {
    if (!isTimeout(error)) throw error
  }
  if (result !== undefined) return result.value
  throw new ShellError(
    `The Regex engine has timed out while trying to match the pattern "${expression.source}" to an input string.`,
    { id: 'RegexMatchTimeoutException', category: 'OperationTimeout' },
  )
}

/** The error is of the other context, and so no instance of this one's Error. */
const isTimeout = (error: unknown) =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
