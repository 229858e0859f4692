/** Tells a person how far the run is, on standard error. */
export class Progress {
  readonly #out: NodeJS.WriteStream
  #live = ''

  constructor(out: NodeJS.WriteStream) {
    this.#out = out
  }

  /** A line that stays. */
  say(text: string): void {
    this.#clear()
    this.#out.write(`${text}\n`)
  }

  /** A line that the next one overwrites; on a terminal only. */
  show(text: string): void {
    if (!this.#out.isTTY) return
    this.#clear()
    this.#live = text
    this.#out.write(text)
  }

  #clear(): void {
    if (this.#live !== '') this.#out.write('\r\u001b[2K')
    this.#live = ''
  }
}
