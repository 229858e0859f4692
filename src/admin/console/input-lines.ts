import { type Interface, createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/**
 * Standard input that is no terminal, line by line: the commands of a script, and the answers to what
 * they ask. Nothing is read before the first line is wanted.
 */
export class InputLines implements Disposable {
  readonly #input: Readable
  #reader: Interface | undefined
  #lines: AsyncIterator<string> | undefined

  constructor(input: Readable) {
    this.#input = input
  }

  /** The next line without its end; undefined behind the last one. */
  async next(): Promise<string | undefined> {
    if (this.#lines === undefined) {
      this.#reader = createInterface({ input: this.#input, terminal: false, crlfDelay: Infinity })
      this.#lines = this.#reader[Symbol.asyncIterator]()
    }
    const step = await this.#lines.next()
    return step.done === true ? undefined : step.value
  }

  [Symbol.dispose](): void {
    this.#reader?.close()
  }
}
