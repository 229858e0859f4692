import { writeSync } from 'node:fs'
import { errorCode } from '../../logs/log-disk.ts'

/** A pipe that does not block is full: its reader is given so much time, so many times. */
const pauseMs = 10
const mostPauses = 20

export interface LogOutputOptions {
  /** Writes some of the octets to the output and returns how many, as `fs.writeSync` does. */
  readonly write?: (octets: Uint8Array) => number
  /** Told behind the first line that is written again how many were lost before it. */
  readonly onRecovered?: (lost: number) => void
}

/**
 * Standard output as the program log wants it: a line is written when `write` returns, so none is missing
 * when the process ends. One that cannot be written (a full disk, a terminal that is gone) is lost and
 * counted: pino's own way is to try for ever, with the whole service waiting.
 */
export class LogOutput {
  readonly #write: (octets: Uint8Array) => number
  readonly #onRecovered: (lost: number) => void
  #lost = 0
  /** The line before was written in part. */
  #cut = false

  constructor({ write = toStandardOutput, onRecovered = () => undefined }: LogOutputOptions = {}) {
    this.#write = write
    this.#onRecovered = onRecovered
  }

  /** `line` has its line end. Never throws. */
  write(line: string): void {
    if (!this.#written(this.#cut ? `\n${line}` : line)) {
      this.#lost++
      return
    }
    const lost = this.#lost
    this.#lost = 0
    if (lost > 0) this.#onRecovered(lost)
  }

  #written(line: string): boolean {
    let rest: Uint8Array = Buffer.from(line)
    const { length } = rest
    for (let pauses = 0; rest.length > 0;) {
      try {
        rest = rest.subarray(this.#write(rest))
      } catch (error) {
        if (errorCode(error) !== 'EAGAIN' || pauses++ === mostPauses) {
          if (rest.length < length) this.#cut = true
          return false
        }
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
      }
    }
    this.#cut = false
    return true
  }
}

function toStandardOutput(octets: Uint8Array): number {
  return writeSync(1, octets)
}
