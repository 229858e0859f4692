/** Ids of the copies of one queue that somebody holds. Of a hundred thousand queues few have any. */
export class Leases {
  #ids: Set<number> | undefined

  get size(): number {
    return this.#ids?.size ?? 0
  }

  has(id: number): boolean {
    return this.#ids?.has(id) === true
  }

  add(id: number): void {
    this.#ids ??= new Set()
    this.#ids.add(id)
  }

  delete(id: number): void {
    this.#ids?.delete(id)
    if (this.#ids?.size === 0) this.#ids = undefined
  }
}
