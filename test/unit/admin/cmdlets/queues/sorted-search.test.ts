import { expect, test } from 'vitest'
import { boundTests } from '../../../../../src/admin/cmdlets/queues/queue-selection.ts'
import { type Bounds, SortedSearch } from '../../../../../src/admin/cmdlets/queues/sorted-search.ts'
import type { SortedProperty } from '../../../../../src/admin/cmdlets/queues/sort-order.ts'
import { ByteSize, ShellObject } from '../../../../../src/admin/values/value.ts'

interface Item {
  readonly id: number
  readonly size: number
}

const count = 1000
const object = ({ id, size }: Item) =>
  new ShellObject({
    type: 'Item',
    properties: { Identity: `EDGE01\\1\\${id}`, Size: new ByteSize(size) },
  })

/** A thousand items whose sizes follow in no order; it leaves out what a queue would by the tests. */
function search(order: readonly SortedProperty[], mostKept: number) {
  const looked = { given: 0, passes: 0 }
  const results = async function* (bounds: Bounds) {
    looked.passes++
    for (let id = 1; id <= count; id++) {
      await Promise.resolve()
      const item = { id, size: (id * 389) % count }
      const isOut = boundTests(order[0], bounds()).some((bound) => {
        if (bound.operator === 'fits') return true
        const value = bound.field === 'id' ? item.id : item.size
        return bound.operator === '<=' ? value > bound.value : value < bound.value
      })
      if (isOut) continue
      looked.given++
      yield item
    }
  }
  const { signal } = new AbortController()
  const options = { order, signal, counts: false, mostKept }
  return { looked, sorted: new SortedSearch({ results, object }, options) }
}

const bySize = (descending: boolean) => [{ property: 'Size', descending }]
const everything = { skip: 0, take: Infinity }
const upTo = (length: number) => Array.from({ length }, (_, at) => at)

test.each([
  ['ascending', bySize(false), upTo(count)],
  ['descending', bySize(true), upTo(count).toReversed()],
])('more than is kept in memory comes in order, %s', async (_, order, sizes) => {
  const { sorted, looked } = search(order, 64)
  const found = await Array.fromAsync(sorted.forward({}, everything))
  expect(found.map(({ size }) => size)).toEqual(sizes)
  expect(looked.passes).toBe(Math.ceil(count / 64))
})

test('by identity, too', async () => {
  const found = await Array.fromAsync(search([], 300).sorted.forward({}, everything))
  expect(found.map(({ id }) => id)).toEqual(upTo(count).map((at) => at + 1))
})

test('a page far behind what is kept is found', async () => {
  const { sorted } = search(bySize(false), 64)
  const page = await Array.fromAsync(sorted.forward({}, { skip: 900, take: 3 }))
  expect(page.map(({ size }) => size)).toEqual([900, 901, 902])
})

test('the first few, and the last, do not cost the whole', async () => {
  for (const descending of [false, true]) {
    const { sorted, looked } = search(bySize(descending), 64)
    const first = await Array.fromAsync(sorted.forward({}, { skip: 0, take: 3 }))
    const expected = descending ? [999, 998, 997] : [0, 1, 2]
    expect(first.map(({ size }) => size)).toEqual(expected)
    expect(looked.given).toBeLessThan(100)
    const last = await sorted.backward({}, 3)
    expect(last.map(({ size }) => 999 - size)).toEqual(expected.toReversed())
    expect(looked.given).toBeLessThan(200)
  }
})
