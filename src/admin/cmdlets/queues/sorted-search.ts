import type { ShellObject } from '../../values/value.ts'
import { textOf } from '../../values/text-of.ts'
import { type SortKey, type SortedProperty, compareKeys } from './sort-order.ts'

/**
 * Between which keys results are of use, the keys themselves included; a source may leave out others. It
 * grows narrower while results come.
 */
export type Bounds = () => { readonly from?: SortKey; readonly to?: SortKey }

/** What can be gone through again and again, in an order of its own. */
export interface SearchSource<T> {
  results(bounds: Bounds): AsyncIterable<T>
  /** The object whose properties a result is sorted by. */
  object(result: T): ShellObject
}

/** Where a part of the sorted results begins or ends. */
export interface Limit {
  readonly key: SortKey
  readonly inclusive: boolean
}

export interface Range {
  readonly from?: Limit
  readonly to?: Limit
}

interface SearchOptions {
  readonly order: readonly SortedProperty[]
  readonly signal: AbortSignal
  /** Whether `figures` are wanted: all results must be looked at then. */
  readonly counts: boolean
  /** Results kept in memory at a time; what comes behind them is searched for anew. */
  readonly mostKept?: number
}

interface Keyed<T> {
  readonly result: T
  readonly key: SortKey
}

const usuallyKept = 20_000

/** Sorted results of any number, found with few of them in memory. */
export class SortedSearch<T> {
  readonly #source: SearchSource<T>
  readonly #options: SearchOptions
  #figures: { readonly total: number; readonly before: number; readonly inside: number } | undefined

  constructor(source: SearchSource<T>, options: SearchOptions) {
    this.#source = source
    this.#options = options
  }

  /** Of all results: how many there are, how many stand before the range, and how many within. */
  get figures() {
    return this.#figures ?? { total: 0, before: 0, inside: 0 }
  }

  keyOf(object: ShellObject): SortKey {
    const values = this.#options.order.map(({ property }) => object.get(property) ?? null)
    return { values, identity: textOf(object.get('Identity') ?? '') }
  }

  /** The results of a range in order, without the first `skip`, `take` of them at most. */
  async *forward(
    range: Range,
    { skip, take }: { readonly skip: number; readonly take: number },
  ): AsyncGenerator<T, void> {
    const { mostKept = usuallyKept } = this.#options
    let [before, wanted, rest] = [skip, take, range]
    while (wanted > 0) {
      const few = Math.min(before + wanted, mostKept)
      const found = await this.#search(rest, { few, compare: this.#compare })
      for (const { result } of found.slice(before, before + wanted)) yield result
      wanted -= Math.max(0, found.length - before)
      before = Math.max(0, before - found.length)
      const last = found.at(-1)
      if (last === undefined || found.length < few) return
      rest = { ...range, from: { key: last.key, inclusive: false } }
    }
  }

  /** The last `take` results of a range, in order. */
  async backward(range: Range, take: number): Promise<readonly T[]> {
    const compare = (a: SortKey, b: SortKey) => this.#compare(b, a)
    const found = await this.#search(range, { few: take, compare, backward: true })
    return found.map(({ result }) => result).toReversed()
  }

  readonly #compare = (a: SortKey, b: SortKey) => compareKeys(a, b, this.#options.order)

  /** The `few` results of the range that come first by `compare`. */
  async #search(range: Range, { few, compare, backward = false }: Pass): Promise<Keyed<T>[]> {
    const best = new Best<T>(few, compare)
    const counting = this.#options.counts && this.#figures === undefined
    const bounds = () => (counting ? {} : boundsOf(range, best.worst, backward))
    let [total, before, inside] = [0, 0, 0]
    for await (const result of this.#source.results(bounds)) {
      if (this.#options.signal.aborted) return []
      const key = this.keyOf(this.#source.object(result))
      total++
      if (this.#isBefore(key, range.from)) before++
      else if (!this.#isBehind(key, range.to)) {
        inside++
        best.add({ result, key })
      }
    }
    if (counting) this.#figures = { total, before, inside }
    return this.#options.signal.aborted ? [] : best.sorted()
  }

  #isBefore(key: SortKey, from: Limit | undefined): boolean {
    if (from === undefined) return false
    const order = this.#compare(key, from.key)
    return order < 0 || (order === 0 && !from.inclusive)
  }

  #isBehind(key: SortKey, to: Limit | undefined): boolean {
    if (to === undefined) return false
    const order = this.#compare(key, to.key)
    return order > 0 || (order === 0 && !to.inclusive)
  }
}

interface Pass {
  readonly few: number
  readonly compare: (a: SortKey, b: SortKey) => number
  readonly backward?: boolean
}

function boundsOf(range: Range, worst: SortKey | undefined, backward: boolean) {
  const from = (backward ? worst : undefined) ?? range.from?.key
  const to = (backward ? undefined : worst) ?? range.to?.key
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

/** Keeps the first few of any number of results. */
class Best<T> {
  readonly #items: Keyed<T>[] = []
  readonly #few: number
  readonly #compare: Pass['compare']
  #worst: SortKey | undefined

  constructor(few: number, compare: Pass['compare']) {
    this.#few = few
    this.#compare = compare
  }

  /** What comes behind this is not kept; known once there were enough. */
  get worst(): SortKey | undefined {
    return this.#worst
  }

  add(item: Keyed<T>): void {
    if (this.#worst !== undefined && this.#compare(item.key, this.#worst) >= 0) return
    this.#items.push(item)
    if (this.#items.length >= 2 * this.#few) this.sorted()
  }

  sorted(): Keyed<T>[] {
    this.#items.sort((a, b) => this.#compare(a.key, b.key))
    this.#items.splice(this.#few)
    this.#worst = this.#items[this.#few - 1]?.key
    return this.#items
  }
}
