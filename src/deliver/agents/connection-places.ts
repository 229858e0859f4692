/** Places for the connections of one connector, over all of its queues. Those that wait are woken in their order. */
export class ConnectionPlaces {
  #taken = 0
  readonly #line: (() => void)[] = []

  /** Resolves with what gives the place back; undefined when `signal` aborts before there is one. */
  async take(most: number, signal: AbortSignal): Promise<(() => void) | undefined> {
    while (this.#taken >= most) {
      if (signal.aborted) return undefined
      const { promise, resolve } = Promise.withResolvers<undefined>()
      const wake = () => resolve(undefined)
      this.#line.push(wake)
      signal.addEventListener('abort', wake, { once: true })
      await promise
      signal.removeEventListener('abort', wake)
      const at = this.#line.indexOf(wake)
      if (at >= 0) this.#line.splice(at, 1)
    }
    if (signal.aborted) {
      this.#line[0]?.()
      return undefined
    }
    this.#taken++
    return () => this.#free()
  }

  #free(): void {
    this.#taken--
    this.#line.shift()?.()
  }
}
