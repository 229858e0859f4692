import type { Clock } from '../../base/clock.ts'
import { type SharedCounts, unshared } from '../../base/shared-counts.ts'
import { MinuteCounts } from './minute-counts.ts'
import { sourceOf } from '../users/source.ts'

/** Of the limit, the last part is for sources that opened few: one alone cannot shut the others out. */
const keptForFew = 1 / 4
/** Of the limit, what one source may open and still has opened few. */
const few = 1 / 100

/** Counts new connections by minute; those that are refused do not count. */
export class ConnectionRate {
  readonly #all: MinuteCounts
  readonly #bySource: MinuteCounts

  /** With `shared` the limit holds over all the processes that share the counts. */
  constructor(clock: Clock, shared: SharedCounts) {
    this.#all = new MinuteCounts('connections', clock, shared)
    // What each process sees of a source is enough to tell few from many.
    this.#bySource = new MinuteCounts('connections by source', clock, unshared)
  }

  /** Counts one more connection from this address; false when there is no room for it in this minute. */
  admits(address: string, limit: number): boolean {
    if (limit === Infinity) return true
    const hasFew = this.#bySource.add(sourceOf(address), Math.max(1, Math.floor(limit * few)))
    const room = hasFew ? limit : limit - Math.floor(limit * keptForFew)
    if (this.#all.add('', room)) return true
    this.#all.takeBack('', this.#all.minuteEnds, limit)
    return false
  }
}
