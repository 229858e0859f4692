import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { GroupedFlush } from '../../../../src/queue/sqlite/grouped-flush.ts'

/** Flushes that end when the test says so. */
function bench() {
  const begun: PromiseWithResolvers<undefined>[] = []
  const flush = new GroupedFlush(async () => {
    const one = Promise.withResolvers<undefined>()
    begun.push(one)
    await one.promise
  })
  return { flush, begun }
}

test('who asks while a flush runs is served by the next one, together with the others', async () => {
  const { flush, begun } = bench()
  const first = flush.run()
  let later = 0
  const both = [flush.run(), flush.run()].map((one) => one.then(() => later++))
  begun[0]?.resolve(undefined)
  await first
  await turn()
  expect(begun).toHaveLength(2)
  expect(later).toBe(0)
  begun[1]?.resolve(undefined)
  await Promise.all(both)
  expect(begun).toHaveLength(2)
})

test('a flush that fails tells those it served, and the next is tried', async () => {
  const { flush, begun } = bench()
  const first = flush.run()
  const second = flush.run()
  begun[0]?.reject(new Error('i/o error'))
  await expect(first).rejects.toThrow('i/o error')
  await turn()
  begun[1]?.resolve(undefined)
  await expect(second).resolves.toBeUndefined()
  const third = flush.run()
  expect(begun).toHaveLength(3)
  begun[2]?.resolve(undefined)
  await third
})
