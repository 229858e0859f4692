import type { QueueStore } from '../../src/queue/queue-store.ts'

/** `store` whose `settle` fails with one of `faults` after the other until none is left. */
export function failingSettle(store: QueueStore, faults: Error[]): QueueStore {
  return {
    begin: () => store.begin(),
    lease: (queue, now, limit) => store.lease(queue, now, limit),
    nextDueAt: (queue) => store.nextDueAt(queue),
    leaseAged: (query) => store.leaseAged(query),
    settle: (settlement) => {
      const fault = faults.shift()
      return fault === undefined ? store.settle(settlement) : Promise.reject(fault)
    },
    release: (copies) => store.release(copies),
    postpone: (queue, dueAt) => store.postpone(queue, dueAt),
    readPiece: (messageId, index) => store.readPiece(messageId, index),
    queues: (query) => store.queues(query),
    scan: (query) => store.scan(query),
    leaseThese: (places) => store.leaseThese(places),
    suspend: (places) => store.suspend(places),
    resume: (places, dueAt) => store.resume(places, dueAt),
    suspendQueue: (queue, isSuspended) => store.suspendQueue(queue, isSuspended),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}
