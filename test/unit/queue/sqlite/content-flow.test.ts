import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ContentFlow } from '../../../../src/queue/sqlite/content-flow.ts'
import { StoreError } from '../../../../src/queue/queue-store.ts'

/** A holder whose spilled bytes reach the disk when the test says so. */
class Holder {
  held = 0
  readonly sent: PromiseWithResolvers<undefined>[] = []
  errors: (StoreError | undefined)[] = []
  readonly #flow: ContentFlow

  constructor(flow: ContentFlow) {
    this.#flow = flow
  }

  add(bytes: number): void {
    this.held += bytes
    this.#flow.hold(this, bytes)
  }

  spill(): void {
    const size = this.held
    this.held = 0
    this.#flow.forget(this)
    this.#flow.push({
      size,
      send: () => {
        const sent = Promise.withResolvers<undefined>()
        this.sent.push(sent)
        return sent.promise
      },
      done: (error) => this.errors.push(error),
    })
  }
}

test('within the bound nobody waits and nothing is written', () => {
  const flow = new ContentFlow(100, 50)
  const holder = new Holder(flow)
  holder.add(100)
  expect(flow.room()).toBeUndefined()
  expect(holder.sent).toHaveLength(0)
})

test('beyond the bound every holder writes out, and room comes back with the disk', async () => {
  const flow = new ContentFlow(100, 1000)
  const [slow, quick] = [new Holder(flow), new Holder(flow)]
  slow.add(60)
  quick.add(60)
  expect([slow.sent.length, quick.sent.length]).toEqual([1, 1])
  let room = false
  const waiting = flow.room()?.then(() => (room = true))
  await turn()
  expect(room).toBe(false)
  slow.sent[0]?.resolve(undefined)
  await waiting
  expect(flow.room()).toBeUndefined()
})

test('a bounded number of bytes travels at a time', async () => {
  const flow = new ContentFlow(10, 50)
  const holder = new Holder(flow)
  for (let n = 0; n < 4; n++) holder.add(40)
  expect(holder.sent).toHaveLength(2)
  holder.sent[0]?.resolve(undefined)
  await turn()
  expect(holder.sent).toHaveLength(3)
})

test('a piece that cannot be written is told, and frees its room', async () => {
  const flow = new ContentFlow(10, 50)
  const holder = new Holder(flow)
  holder.add(40)
  const error = new StoreError('DISK_FULL', 'full')
  holder.sent[0]?.reject(error)
  await turn()
  expect(holder.errors).toEqual([error])
  expect(flow.room()).toBeUndefined()
})
