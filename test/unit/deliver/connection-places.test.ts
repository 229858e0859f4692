import { expect, test } from 'vitest'
import { ConnectionPlaces } from '../../../src/deliver/agents/connection-places.ts'

const never = new AbortController().signal

test('no more than so many at a time, and the first that waits is the next', async () => {
  const places = new ConnectionPlaces()
  const first = await places.take(1, never)
  const order: string[] = []
  const second = places.take(1, never).then((leave) => (order.push('second'), leave))
  const third = places.take(1, never).then((leave) => (order.push('third'), leave))
  await Promise.resolve()
  expect(order).toEqual([])
  first?.()
  ;(await second)?.()
  ;(await third)?.()
  expect(order).toEqual(['second', 'third'])
})

test('who gives up waiting takes no place', async () => {
  const places = new ConnectionPlaces()
  const leave = await places.take(1, never)
  const leaving = new AbortController()
  const waiting = places.take(1, leaving.signal)
  leaving.abort()
  expect(await waiting).toBeUndefined()
  leave?.()
  expect(await places.take(1, never)).toBeDefined()
})
