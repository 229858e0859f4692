import { parameter } from '../../shell/cmdlet.ts'
import type { CmdletContext } from '../../shell/cmdlet.ts'
import { unlimited, wholeNumber } from '../../shell/parameter-types.ts'

/** How many objects a search gives unless it is told otherwise. */
export const usualResultSize = 1000

/** `-ResultSize`. */
export const resultSize = parameter(unlimited(wholeNumber(1)), {
  help: 'The most results; unlimited gives all.',
  defaultText: String(usualResultSize),
})

/** The first results up to the size, with a warning when there are more. */
export async function* limitedResults<T>(
  results: AsyncIterable<T>,
  size: number | undefined,
  context: Pick<CmdletContext, 'writeWarning'>,
): AsyncGenerator<T, void> {
  const limit = size ?? usualResultSize
  let count = 0
  for await (const result of results) {
    if (++count > limit) {
      warnOfMore(limit, context)
      return
    }
    yield result
  }
}

/** Tells that there are more results than the `limit` shown. */
export function warnOfMore(
  limit: number,
  { writeWarning }: Pick<CmdletContext, 'writeWarning'>,
): void {
  writeWarning(
    `There are more results available than are currently displayed (${limit}). To view them, increase the value for the ResultSize parameter.`,
  )
}
