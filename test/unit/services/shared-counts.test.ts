import { expect, test } from 'vitest'
import { WorkerBoard } from '../../support/worker-board.ts'

test('a count far from its limit is told together with others, after a while', async () => {
  const bench = new WorkerBoard(3)
  const [one, two, three] = [bench.join(1), bench.join(2), bench.join(3)]
  await bench.settle()
  one.counts.tell('sessions', 1, 100)
  one.counts.tell('sessions', 2, 100)
  two.counts.tell('sessions', 5, 100)
  await bench.settle()
  expect(three.counts.ofOthers('sessions')).toBe(0)
  bench.clock.advance(50)
  await bench.settle()
  bench.clock.advance(50)
  await bench.settle()
  expect([one, two, three].map(({ counts }) => counts.ofOthers('sessions'))).toEqual([5, 2, 7])
  expect(bench.heard).toHaveLength(2)
})

test('a count near its limit is told at once', async () => {
  const bench = new WorkerBoard(2)
  const [one, two] = [bench.join(1), bench.join(2)]
  one.counts.tell('sessions', 10, 20)
  await bench.settle()
  expect(two.counts.ofOthers('sessions')).toBe(10)
})

test('what comes and goes between two messages is not told', async () => {
  const bench = new WorkerBoard(2)
  const [one] = [bench.join(1), bench.join(2)]
  for (const own of [1, 2, 1, 0]) one.counts.tell('sessions', own, 100)
  bench.clock.advance(50)
  await bench.settle()
  expect(bench.heard).toEqual([])
})

test('a count without a limit is nobody else’s business', async () => {
  const bench = new WorkerBoard(2)
  bench.join(1).counts.tell('sessions', 1_000_000, Infinity)
  bench.clock.advance(1000)
  await bench.settle()
  expect(bench.heard).toEqual([])
})

test('a worker that joins late learns what the others count; what one that died counted is gone', async () => {
  const bench = new WorkerBoard(2)
  bench.join(1).counts.tell('sessions', 15, 20)
  await bench.settle()
  const two = bench.join(2)
  await bench.settle()
  expect(two.counts.ofOthers('sessions')).toBe(15)
  bench.board.leave(1)
  await bench.settle()
  expect(two.counts.ofOthers('sessions')).toBe(0)
  const again = bench.join(1)
  two.counts.tell('sessions', 11, 20)
  await bench.settle()
  expect(again.counts.ofOthers('sessions')).toBe(11)
})

test('a worker that does not take its messages is sent one, however much changes', async () => {
  const bench = new WorkerBoard(2)
  const one = bench.join(1)
  let sent = 0
  bench.board.join(2, () => sent++)
  for (let own = 10; own < 20; own++) {
    one.counts.tell('sessions', own, 20)
    await bench.settle()
  }
  expect(sent).toBe(1)
})
