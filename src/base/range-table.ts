import { type Address, type IpRange, rangeSize } from './ip-range.ts'

/** A range and what it stands for. */
export interface RangeEntry<Value> {
  readonly range: IpRange
  readonly value: Value
}

/**
 * Ranges that may lie within one another or overlap, made ready once, so that each look-up takes steps by
 * the logarithm of their number. The narrowest range that holds an address wins; of equally narrow ones
 * that which comes first.
 */
export class RangeTable<Value> {
  readonly #v4: Segments<Value>
  readonly #v6: Segments<Value>

  constructor(entries: readonly RangeEntry<Value>[]) {
    this.#v4 = segmentsOf(entries.filter(({ range }) => range.family === 4))
    this.#v6 = segmentsOf(entries.filter(({ range }) => range.family === 6))
  }

  /** What the winning range stands for; undefined when none holds the address. */
  find({ family, value }: Address): Value | undefined {
    const { starts, winners } = family === 4 ? this.#v4 : this.#v6
    return winners[lastUpTo(starts, value)]?.value
  }
}

/** The addresses from one start to the next all have the same winner, if any. */
interface Segments<Value> {
  readonly starts: readonly bigint[]
  readonly winners: readonly (RangeEntry<Value> | undefined)[]
}

/** The narrowest range takes its segments first; each wider one takes what is left of its own. */
function segmentsOf<Value>(entries: readonly RangeEntry<Value>[]): Segments<Value> {
  const bounds = entries.flatMap(({ range }) => [range.first, range.last + 1n])
  const starts = [...new Set(bounds)].sort(compare)
  const winners = new Array<RangeEntry<Value> | undefined>(starts.length).fill(undefined)
  const free = new FreeSegments(starts.length)
  // Sorting is stable: among equals the first stays first.
  const narrowestFirst = entries.toSorted((a, b) => compare(rangeSize(a.range), rangeSize(b.range)))
  for (const entry of narrowestFirst) {
    const end = lastUpTo(starts, entry.range.last)
    let at = free.from(lastUpTo(starts, entry.range.first))
    for (; at <= end; at = free.from(at)) {
      winners[at] = entry
      free.take(at)
    }
  }
  return { starts, winners }
}

/** Which segments nobody has yet; each is passed over about once, however many ranges cross it. */
class FreeSegments {
  /** For each segment one not before it from which to look on; itself while it is free. */
  readonly #next: number[]

  constructor(count: number) {
    this.#next = Array.from({ length: count + 1 }, (_, at) => at)
  }

  /** The first free one from `start` on; the number of segments when there is none. */
  from(start: number): number {
    let found = start
    for (let next = this.#at(found); next !== found; next = this.#at(found)) found = next
    for (let at = start; at !== found;) {
      const next = this.#at(at)
      this.#next[at] = found
      at = next
    }
    return found
  }

  take(at: number): void {
    this.#next[at] = at + 1
  }

  #at(index: number): number {
    return this.#next[index] ?? index
  }
}

/** The place of the last start that is not above `value`; -1 when all are. */
function lastUpTo(starts: readonly bigint[], value: bigint): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const start = starts[middle]
    if (start !== undefined && start <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
