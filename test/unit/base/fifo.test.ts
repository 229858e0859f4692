import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fifo } from '../../../src/base/fifo.ts'

function fifo(...all: readonly number[]): Fifo<number> {
  const made = new Fifo<number>()
  for (const one of all) made.push(one)
  return made
}

test('what was put in first is taken first', () => {
  const line = fifo(1, 2)
  expect([line.first, line.size]).toEqual([1, 2])
  expect([line.take(), line.take(), line.take()]).toEqual([1, 2, undefined])
  expect([line.first, line.size]).toEqual([undefined, 0])
})

test('what is put back goes first again', () => {
  const line = fifo(1, 2)
  line.putBack(0)
  line.take()
  line.take()
  line.putBack(1)
  expect(line.takeAll()).toEqual([1, 2])
  expect(line.size).toBe(0)
})

test('some are taken out of the middle', () => {
  const line = fifo(1, 2, 3, 4, 5)
  line.take()
  expect([line.remove(3), line.remove(1)]).toEqual([true, false])
  expect(line.takeWhere((one) => one > 4)).toEqual([5])
  expect(line.takeAll()).toEqual([2, 4])
})

test('holds any number in order, however it was used', () => {
  const use = fc.oneof({ weight: 3, arbitrary: fc.constant('push') }, fc.constant('take'))
  fc.assert(
    fc.property(fc.array(use, { maxLength: 500 }), (uses) => {
      const line = fifo()
      const model: number[] = []
      uses.forEach((use, at) => {
        if (use === 'push') {
          line.push(at)
          model.push(at)
        } else expect(line.take()).toBe(model.shift())
      })
      while (model.length > 0) expect(line.take()).toBe(model.shift())
      expect(line.size).toBe(0)
    }),
    { numRuns: 100 },
  )
})

test('any number stands in line', () => {
  const line = new Fifo<number>()
  for (let one = 0; one < 300_000; one++) line.push(one)
  expect(line.takeWhere((one) => one === 7)).toEqual([7])
  expect(line.size).toBe(299_999)
})
