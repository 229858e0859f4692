import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface AsideProgram {
  /** A file of ours that calls `tellAside` once. */
  readonly program: URL
  /** Its one argument. */
  readonly argument: string
  /** For the error when it ends without a word: `reads server.yaml`. */
  readonly does: string
}

/**
 * What a program of ours works out in a process that ends with it: what it had to load for that does
 * not stay in one that runs for months. (A thread would leave most of its memory behind.) `T` is what
 * that program tells, plain data. Rejects when no process can be had.
 */
export async function workedOutAside<T>(asked: AsideProgram): Promise<T> {
  try {
    return await workedOut(asked)
  } catch (error) {
    if (!(error instanceof Ended) || !isToldToEnd(error.how)) throw error
    return await workedOut(asked)
  }
}

/**
 * Word to end that goes to all processes at once, as a terminal's Ctrl-C does, is for those that go on:
 * one of them may need the result to end well.
 */
function isToldToEnd(how: unknown): boolean {
  return how === 'SIGTERM' || how === 'SIGINT'
}

class Ended extends Error {
  override readonly name = 'Ended'
  /** Exit code or signal. */
  readonly how: unknown

  constructor(does: string, how: unknown) {
    super(`the process that ${does} ended (${String(how)})`)
    this.how = how
  }
}

async function workedOut<T>({ program, argument, does }: AsideProgram): Promise<T> {
  const child = fork(fileURLToPath(program), [argument], {
    serialization: 'advanced',
    execArgv: [],
  })
  const result = once(child, 'message') as Promise<[T]>
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Ended(does, code ?? signal)
  })
  // Either may come to nothing once the other is there.
  ended.catch(() => undefined)
  const [told] = await Promise.race([result, ended])
  return told
}

/** The last word of such a program, to the process that waits for it. */
export function tellAside(result: object): void {
  process.send?.(result, () => process.disconnect?.())
}
