import { expect, test } from 'vitest'
import { ContentCache } from '../../../../src/queue/sqlite/content-cache.ts'

const content = (octets: number) => ({ header: Buffer.alloc(octets) })

test('what was committed stays until its copies are settled, though they are given back meanwhile', () => {
  const cache = new ContentCache(1000)
  cache.add(1, content(100), 2)
  cache.release(1)
  cache.countCopies(1, -1)
  expect(cache.get(1)).toBeDefined()
  cache.countCopies(1, -1)
  expect(cache.get(1)).toBeUndefined()
})

test('what was read back for an attempt goes when that did not come about', () => {
  const cache = new ContentCache(1000)
  cache.addReadBack(1, content(100))
  expect(cache.get(1)).toBeDefined()
  cache.release(1)
  expect(cache.get(1)).toBeUndefined()
})

test('the oldest leave when there is no room, and nothing is kept of a message without copies', () => {
  const cache = new ContentCache(250)
  cache.add(1, content(100), 1)
  cache.add(2, content(100), 0)
  cache.addReadBack(3, content(100))
  cache.add(4, content(100), 1)
  expect([1, 2, 3, 4].map((id) => cache.get(id) !== undefined)).toEqual([false, false, true, true])
})
