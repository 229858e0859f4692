import type { PlaceWish } from './service-messages.ts'

interface Request {
  readonly worker: number
  readonly id: number
  readonly wishes: readonly PlaceWish[]
}

/**
 * Hands out places that workers share: a request gets all that it wishes for at once, the longest waiting
 * first. What a key has to give is what was last said of it.
 */
export class PlaceLedger {
  readonly #grant: (worker: number, id: number) => void
  readonly #supply = new Map<string, number>()
  readonly #held = new Map<string, Map<number, number>>()
  readonly #waiting = new Map<string, Set<Request>>()

  /** `grant` tells a worker that its request is met. */
  constructor(grant: (worker: number, id: number) => void) {
    this.#grant = grant
  }

  ask(request: Request): void {
    for (const [key, supply] of request.wishes) this.#supply.set(key, supply)
    if (this.#tryToGrant(request)) return
    for (const [key] of request.wishes) {
      const waiting = this.#waiting.get(key) ?? new Set()
      this.#waiting.set(key, waiting.add(request))
    }
  }

  giveBack(worker: number, keys: readonly string[]): void {
    for (const key of keys) {
      const holders = this.#held.get(key)
      const left = (holders?.get(worker) ?? 0) - 1
      if (left > 0) holders?.set(worker, left)
      else holders?.delete(worker)
      this.#offer(key)
    }
  }

  /** A worker is gone: what it held is free, what it asked for is not wanted. */
  forget(worker: number): void {
    for (const waiting of this.#waiting.values()) {
      for (const request of waiting) if (request.worker === worker) this.#dequeue(request)
    }
    for (const [key, holders] of this.#held) {
      if (holders.delete(worker)) this.#offer(key)
    }
  }

  #offer(key: string): void {
    for (const request of this.#waiting.get(key) ?? []) {
      if (!this.#hasMore(key)) return
      if (this.#tryToGrant(request)) this.#dequeue(request)
    }
    if (!this.#waiting.has(key) && this.#heldOf(key) === 0) {
      this.#held.delete(key)
      this.#supply.delete(key)
    }
  }

  #tryToGrant({ worker, id, wishes }: Request): boolean {
    if (!wishes.every(([key]) => this.#hasMore(key))) return false
    for (const [key] of wishes) {
      const holders = this.#held.get(key) ?? new Map<number, number>()
      this.#held.set(key, holders.set(worker, (holders.get(worker) ?? 0) + 1))
    }
    this.#grant(worker, id)
    return true
  }

  #dequeue(request: Request): void {
    for (const [key] of request.wishes) {
      const waiting = this.#waiting.get(key)
      waiting?.delete(request)
      if (waiting?.size === 0) this.#waiting.delete(key)
    }
  }

  #hasMore(key: string): boolean {
    return this.#heldOf(key) < (this.#supply.get(key) ?? 0)
  }

  #heldOf(key: string): number {
    return [...(this.#held.get(key)?.values() ?? [])].reduce((sum, held) => sum + held, 0)
  }
}
