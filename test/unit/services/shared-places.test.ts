import { describe, expect, test } from 'vitest'
import type { Place } from '../../../src/queue/shared-places.ts'
import { type BoardWorker, WorkerBoard } from '../../support/worker-board.ts'

/** Wants connections for one queue, one after the other, as the scheduler does. */
class Wanting {
  readonly places: Place[] = []
  readonly #worker: BoardWorker
  readonly #queue: string
  readonly #limits: { readonly perQueue: number; readonly overall: number }
  #asked = false
  wanted = 0

  constructor(worker: BoardWorker, queue: string, perQueue: number, overall = 1000) {
    this.#worker = worker
    this.#queue = queue
    this.#limits = { perQueue, overall }
  }

  want(count: number): this {
    this.wanted = count
    this.#open()
    return this
  }

  #open(): void {
    while (!this.#asked && this.places.length < this.wanted) {
      const place = this.#worker.places.take(this.#queue, this.#limits, () => {
        this.#asked = false
        this.#open()
      })
      if (place !== undefined) this.places.push(place)
      else this.#asked = true
    }
  }
}

async function bench(workers: number) {
  const board = new WorkerBoard(workers)
  const joined = Array.from({ length: workers }, (_, index) => board.join(index + 1))
  await board.settle()
  return {
    board,
    joined,
    settle: async () => {
      for (let n = 0; n < 20; n++) await board.settle()
    },
  }
}

describe('places for outbound connections', () => {
  test.each([
    [1, 2],
    [2, 3],
    [5, 2],
    [40, 2],
    [40, 8],
    [7, 16],
  ])(
    'a limit of %i holds over %i workers that all want more, and is used up',
    async (limit, workers) => {
      const { joined, settle } = await bench(workers)
      const all = joined.map((worker) => new Wanting(worker, 'a.test', limit).want(limit))
      await settle()
      expect(all.flatMap(({ places }) => places)).toHaveLength(limit)
    },
  )

  test('one busy worker can use most of a limit', async () => {
    const { joined, settle } = await bench(2)
    const [one] = joined
    const wanting = one && new Wanting(one, 'a.test', 40).want(40)
    await settle()
    expect(wanting?.places).toHaveLength(35)
  })

  test('a place that is given back goes to who waits longest', async () => {
    const { joined, settle } = await bench(3)
    const all = joined.map((worker) => new Wanting(worker, 'a.test', 1).want(1))
    await settle()
    expect(all.map(({ places }) => places.length)).toEqual([1, 0, 0])
    const [place] = all[0]?.places ?? []
    expect(place?.scarce).toBe(true)
    place?.release()
    place?.release()
    await settle()
    expect(all.map(({ places }) => places.length)).toEqual([1, 1, 0])
  })

  test('a worker that no longer wants its turn leaves it to the next', async () => {
    const { joined, settle } = await bench(3)
    const all = joined.map((worker) => new Wanting(worker, 'a.test', 1).want(1))
    await settle()
    if (all[1] !== undefined) all[1].wanted = 0
    all[0]?.places[0]?.release()
    await settle()
    expect(all.map(({ places }) => places.length)).toEqual([1, 0, 1])
  })

  test('what a worker that died had is free', async () => {
    const { board, joined, settle } = await bench(2)
    const all = joined.map((worker) => new Wanting(worker, 'a.test', 1).want(1))
    await settle()
    board.board.leave(1)
    await settle()
    expect(all[1]?.places).toHaveLength(1)
  })

  test('the overall limit holds over queues, and a queue at its limit does not stop others', async () => {
    const { joined, settle } = await bench(2)
    const [one, two] = joined
    if (one === undefined || two === undefined) throw new Error('two workers')
    const a = new Wanting(one, 'a.test', 1, 3).want(1)
    const blocked = new Wanting(two, 'a.test', 1, 3).want(1)
    const b = new Wanting(two, 'b.test', 10, 3).want(10)
    await settle()
    expect([a, blocked, b].map(({ places }) => places.length)).toEqual([1, 0, 2])
  })

  test('far from its limits a worker takes places without a word', async () => {
    const { board, joined, settle } = await bench(2)
    const [one] = joined
    const wanting = one && new Wanting(one, 'a.test', 40).want(5)
    expect(wanting?.places).toHaveLength(5)
    expect(wanting?.places.some(({ scarce }) => scarce)).toBe(false)
    await settle()
    expect(board.heard).toEqual([])
  })

  test('without limits nobody is asked', async () => {
    const { board, joined } = await bench(2)
    const [one] = joined
    const wanting = one && new Wanting(one, 'a.test', Infinity, Infinity).want(500)
    expect(wanting?.places).toHaveLength(500)
    expect(board.heard).toEqual([])
  })
})
