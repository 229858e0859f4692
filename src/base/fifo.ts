/** Those taken may stand before the others up to this number, so that not each one taken moves the rest. */
const mostTaken = 64

/** What was put in first is taken first. */
export class Fifo<T> {
  readonly #all: T[] = []
  #head = 0

  get size(): number {
    return this.#all.length - this.#head
  }

  /** The one to be taken next. */
  get first(): T | undefined {
    return this.#all[this.#head]
  }

  /** All of them, in their order. */
  get all(): readonly T[] {
    return this.#all.slice(this.#head)
  }

  push(one: T): void {
    this.#all.push(one)
  }

  /** One that was taken goes first again. */
  putBack(one: T): void {
    if (this.#head > 0) this.#all[--this.#head] = one
    else this.#all.unshift(one)
  }

  take(): T | undefined {
    const one = this.first
    if (one === undefined) return undefined
    this.#head++
    if (this.#head > mostTaken && this.#head * 2 > this.#all.length) {
      this.#all.splice(0, this.#head)
      this.#head = 0
    }
    return one
  }

  /** The one put in last. */
  takeLast(): T | undefined {
    return this.size === 0 ? undefined : this.#all.pop()
  }

  some(test: (one: T) => boolean): boolean {
    for (let at = this.#head; at < this.#all.length; at++) {
      const one = this.#all[at]
      if (one !== undefined && test(one)) return true
    }
    return false
  }

  takeAll(): T[] {
    const all = this.#all.slice(this.#head)
    this.#all.length = 0
    this.#head = 0
    return all
  }

  /** Removes and returns those for which `test` holds. */
  takeWhere(test: (one: T) => boolean): T[] {
    const taken: T[] = []
    for (const one of this.takeAll()) (test(one) ? taken : this.#all).push(one)
    return taken
  }

  /** Takes this one out, wherever it stands; false when it is not there. */
  remove(one: T): boolean {
    const place = this.#all.indexOf(one, this.#head)
    if (place < 0) return false
    this.#all.splice(place, 1)
    return true
  }
}
