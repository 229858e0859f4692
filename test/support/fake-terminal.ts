import { PassThrough, Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** A terminal in memory: keys go in, and what its screen would get comes out. */
export class FakeTerminal {
  readonly input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => {
      this.rawModes.push(on)
    },
  })
  readonly rawModes: boolean[] = []
  readonly output: Writable & { columns: number }
  #shown = ''

  constructor(columns = 80) {
    const output = new Writable({
      write: (chunk, _encoding, done) => {
        this.#shown += String(chunk)
        done()
      },
    })
    this.output = Object.assign(output, { columns })
  }

  /** All that was written, without what moves the cursor and sets colours. */
  get shown(): string {
    return this.#shown.replaceAll(/\x1b\[[\d;?]*[A-Za-z]/g, '').replaceAll('\r', '')
  }

  /** Types keys and lets what they cause happen. */
  async type(keys: string): Promise<void> {
    this.input.write(keys)
    for (let turn = 0; turn < 20; turn++) await nextTurn()
  }
}
