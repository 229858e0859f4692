import type { Place, PlaceLimits, SharedPlaces } from '../../queue/shared-places.ts'
import type { SendToSupervisor } from './shared-counts-link.ts'

/** The limit of connections over all queues. */
const allKey = 'all'

interface Asked {
  readonly queue: string
  readonly keys: readonly string[]
  readonly whenFree: () => void
}

/**
 * A worker's side of the places for outbound connections. Of each limit every worker has a small part of
 * its own, taken without a word; the rest is with the supervisor, who gives it out place by place. So a
 * limit is never overshot, one below the number of workers included, and a single busy worker can use
 * most of it.
 */
export class SharedPlacesLink implements SharedPlaces {
  readonly sharers: number
  readonly #send: SendToSupervisor
  readonly #used = new Map<string, number>()
  /** Of those in use, how many the supervisor gave. */
  readonly #given = new Map<string, number>()
  /** Given to a queue that is being asked whether it takes them. */
  #offered: { readonly queue: string; readonly keys: readonly string[] } | undefined
  readonly #asked = new Map<number, Asked>()
  #waitingForAny = 0
  #lastId = 0

  /** `workers` is how many share, the most there can be. */
  constructor(workers: number, send: SendToSupervisor) {
    this.sharers = workers
    this.#send = send
  }

  take(queue: string, limits: PlaceLimits, whenFree: () => void): Place | undefined {
    const wanted = [
      { key: `queue\0${queue}`, limit: limits.perQueue },
      { key: allKey, limit: limits.overall },
    ]
    const lacking = wanted.filter(({ key, limit }) => this.#ownInUse(key) >= this.#ownPart(limit))
    const offered = this.#offered?.queue === queue ? this.#offered.keys : []
    if (!lacking.every(({ key }) => offered.includes(key))) {
      const id = ++this.#lastId
      const keys = lacking.map(({ key }) => key)
      this.#asked.set(id, { queue, keys, whenFree })
      if (isForAny(keys)) this.#waitingForAny++
      const wishes = lacking.map(
        ({ key, limit }) => [key, limit - this.sharers * this.#ownPart(limit)] as const,
      )
      this.#send({ kind: 'want-places', id, wishes }, () => undefined)
      return undefined
    }
    for (const { key } of lacking) add(this.#given, key, 1)
    for (const { key } of wanted) add(this.#used, key, 1)
    const taken = lacking.map(({ key }) => key)
    if (this.#offered !== undefined && taken.length > 0) {
      this.#offered = { queue, keys: offered.filter((key) => !taken.includes(key)) }
    }
    return this.#place(wanted.map(({ key }) => key))
  }

  get waitingForAny(): number {
    return this.#waitingForAny
  }

  /** The supervisor has places for a request. */
  hear(id: number): void {
    const asked = this.#asked.get(id)
    if (asked === undefined) return
    this.#asked.delete(id)
    if (isForAny(asked.keys)) this.#waitingForAny--
    this.#offered = asked
    asked.whenFree()
    this.#giveBack(this.#offered.keys)
    this.#offered = undefined
  }

  #place(keys: readonly string[]): Place {
    const given = this.#given
    let held = true
    return {
      get scarce() {
        return keys.some((key) => given.has(key))
      },
      release: () => {
        if (!held) return
        held = false
        const back = keys.filter((key) => given.has(key))
        for (const key of back) add(given, key, -1)
        for (const key of keys) add(this.#used, key, -1)
        this.#giveBack(back)
      },
    }
  }

  #giveBack(keys: readonly string[]): void {
    if (keys.length > 0) this.#send({ kind: 'give-back', keys }, () => undefined)
  }

  #ownInUse(key: string): number {
    return (this.#used.get(key) ?? 0) - (this.#given.get(key) ?? 0)
  }

  /** A quarter of what it would be if all were shared out evenly. */
  #ownPart(limit: number): number {
    return limit === Infinity ? Infinity : Math.floor(limit / (4 * this.sharers))
  }
}

/** Not one that may wait for another connection of its queue to end. */
function isForAny(keys: readonly string[]): boolean {
  return keys.every((key) => key === allKey)
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const value = (counts.get(key) ?? 0) + by
  if (value === 0) counts.delete(key)
  else counts.set(key, value)
}
