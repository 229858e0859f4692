import type { Awaitable } from './awaitable.ts'

/**
 * Work written once that goes through at once where nothing has to be waited for: a generator that yields what it
 * waits for.
 */
export type Steps<Result> = Generator<Promise<unknown>, Result, void>

/** Within such work: the value, waited for where it is not there yet. */
export function* waited<T>(value: Awaitable<T>): Steps<T> {
  if (!(value instanceof Promise)) return value
  const came: T[] = []
  yield value.then((given) => came.push(given))
  for (const given of came) return given
  throw new Error('the work went on before its value had come')
}

/** Does the work as long as nothing has to be waited for; undefined when something has: it is given up then. */
export function doAtOnce<Result>(work: Steps<Result>): Result | undefined {
  const step = work.next()
  return step.done === true ? step.value : undefined
}

/** Does the work to its end, at once where nothing has to be waited for. */
export function doAll<Result>(work: Steps<Result>): Awaitable<Result> {
  const step = work.next()
  return step.done === true ? step.value : doTheRest(work, step.value)
}

async function doTheRest<Result>(work: Steps<Result>, first: Promise<unknown>): Promise<Result> {
  let waiting = first
  for (;;) {
    await waiting
    const step = work.next()
    if (step.done === true) return step.value
    waiting = step.value
  }
}
