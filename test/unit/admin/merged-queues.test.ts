import { describe, expect, test } from 'vitest'
import { QueueNames, mergeQueues, mergedMessages } from '../../../src/admin/merged-queues.ts'
import type { MessageView, QueueView } from '../../../src/queue/scheduler/queue-views.ts'
import { domainQueue } from '../../support/queue-samples.ts'
import { messageView, queueView } from '../../support/queue-views.ts'

const view = (number: number, domain: string, changes: Partial<QueueView> = {}) =>
  queueView(number, { key: domainQueue(domain), ...changes })

const message = (queue: number, id: number, DateReceived: number) =>
  messageView(queue, id, { DateReceived })

const names = new QueueNames([[view(3, 'a.test')], [view(1001, 'A.test'), view(1002, 'b.test')]])

describe('queues of several workers', () => {
  test('are one row for each next hop, named by the lowest worker that knows it', () => {
    const merged = mergeQueues(
      [
        [view(3, 'a.test', { MessageCount: 2 })],
        [view(1001, 'a.test', { MessageCount: 5 }), view(1002, 'b.test')],
      ],
      names,
    )
    expect(merged).toMatchObject([
      { Identity: 'EDGE01\\3', NextHopDomain: 'a.test', MessageCount: 7 },
      { Identity: 'EDGE01\\1002', NextHopDomain: 'b.test', MessageCount: 1 },
    ])
  })

  test('keep their name when only another worker has messages', () => {
    expect(mergeQueues([[], [view(1001, 'a.test')]], names)).toMatchObject([
      { Identity: 'EDGE01\\3' },
    ])
  })

  test.each([
    [['Ready', 'Active'], 'Active'],
    [['Connecting', 'Active'], 'Active'],
    [['Retry', 'Connecting'], 'Connecting'],
    [['Ready', 'Retry'], 'Retry'],
    [['Active', 'Suspended'], 'Suspended'],
  ] as const)('%j are %s together', (states, expected) => {
    const views = states.map((Status) => [view(3, 'a.test', { Status })])
    expect(mergeQueues(views, names)).toMatchObject([{ Status: expected }])
  })

  test('show the error of one that has one, the latest failure and the next attempt', () => {
    const merged = mergeQueues(
      [
        [view(3, 'a.test', { LastRetryTime: 10, NextRetryTime: 70, RetryCount: 1 })],
        [
          view(1001, 'a.test', {
            ...{ Status: 'Retry', LastError: '441 no', RetryCount: 4 },
            ...{ LastRetryTime: 20, NextRetryTime: 60 },
          }),
        ],
      ],
      names,
    )
    expect(merged).toMatchObject([
      { LastError: '441 no', RetryCount: 4, LastRetryTime: 20, NextRetryTime: 60 },
    ])
  })
})

test('messages of several workers are one row by age, under the queue’s one name', async () => {
  const workers = [
    [message(3, 1, 10), message(3, 2, 30)],
    [message(1001, 5, 20), message(1002, 6, 40)],
  ]
  const merged: string[] = []
  const rows = workers.map((views) => asRow(views))
  for await (const { Identity } of mergedMessages(rows, names)) merged.push(Identity)
  expect(merged).toEqual(['EDGE01\\3\\1', 'EDGE01\\3\\5', 'EDGE01\\3\\2', 'EDGE01\\1002\\6'])
})

// eslint-disable-next-line @typescript-eslint/require-await -- a row that has come already
async function* asRow(views: readonly MessageView[]): AsyncGenerator<MessageView> {
  yield* views
}
