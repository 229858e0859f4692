import { beforeEach, expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { Recategorizer } from '../../../src/pipeline/recategorizer.ts'
import type { RoutingTables } from '../../../src/pipeline/routing.ts'
import type { RecipientResult } from '../../../src/queue/delivery-agent.ts'
import { submissionQueue, unreachableQueue } from '../../../src/queue/queue-key.ts'
import type { QueueKey } from '../../../src/queue/queue-key.ts'
import type { Copy, NewMessage } from '../../../src/queue/stored-message.ts'
import { sampleMessage } from '../../support/queue-samples.ts'
import { RecordingStore } from '../../support/recording-store.ts'
import { routingTables, sendConnector } from '../../support/routing-tables.ts'

const tables = new LiveValue<RoutingTables>(routingTables([], []))
let store: RecordingStore
let queued: Copy[]
let failed: RecipientResult[]
let recategorizer: Recategorizer

beforeEach(() => {
  store = new RecordingStore()
  queued = []
  failed = []
  tables.set(routingTables([], [sendConnector('T', ['*.test'], { MaxMessageSize: 100 })]))
  recategorizer = new Recategorizer({
    store,
    tables,
    notifier: {
      failed: (_, results) => {
        failed.push(...results)
        return Promise.resolve(undefined)
      },
    },
    enqueue: (copies) => void queued.push(...copies),
  })
})

function copyIn(queue: QueueKey, addresses: string[], message: Partial<NewMessage> = {}): Copy {
  return {
    id: 1,
    message: { ...sampleMessage(message), id: 7 },
    queue,
    recipients: addresses.map((address) => ({ address })),
    dueAt: 5,
    attempts: 2,
    lastError: 'old',
    delayNotified: true,
  }
}

test('moves a copy to the queues its recipients belong in', async () => {
  const copy = copyIn(submissionQueue, ['a@x.test', 'b@y.test', 'c@z.invalid'])
  expect(await recategorizer.recategorize(copy)).toBe('moved')
  expect(queued.map(({ queue }) => queue.nextHopDomain)).toEqual([
    'x.test',
    'y.test',
    'Unreachable Domain',
  ])
  expect(store.settlements[0]).toMatchObject({ copy, remaining: [] })
})

test('leaves alone what is still unreachable', async () => {
  const copy = copyIn(unreachableQueue, ['a@z.invalid'])
  expect(await recategorizer.recategorize(copy)).toBe('unchanged')
  expect(store.settlements).toEqual([])
  expect(store.released).toEqual([copy])
})

test('fails what cannot be routed, even when nobody is to be told', async () => {
  const copy = copyIn(unreachableQueue, ['a@x.test'], { size: 101 })
  expect(await recategorizer.recategorize(copy)).toBe('moved')
  expect(failed.map(({ recipient }) => recipient.address)).toEqual(['a@x.test'])
  expect(store.settlements[0]).toMatchObject({ remaining: [], moved: [] })
})

test('does not hold a size limit against a notification', async () => {
  await recategorizer.recategorize(
    copyIn(unreachableQueue, ['a@x.test'], { size: 101, source: 'DSN' }),
  )
  expect(queued.map(({ queue }) => queue.nextHopDomain)).toEqual(['x.test'])
})

test('gives the copy back when the store fails', async () => {
  const copy = copyIn(submissionQueue, ['a@x.test'])
  store.failNext('settle', 'DISK_FULL')
  await expect(recategorizer.recategorize(copy)).rejects.toMatchObject({ code: 'DISK_FULL' })
  expect(store.released).toEqual([copy])
  expect(queued).toEqual([])
})
