import type { QueueStore } from '../../src/queue/queue-store.ts'

/** What is asked of a store and may be rejected. */
export type StoreOperation = Exclude<
  keyof QueueStore,
  | 'begin'
  | 'release'
  | 'keepRetry'
  | 'readHeader'
  | 'readBody'
  | 'hasRoomForResults'
  | 'news'
  | typeof Symbol.asyncDispose
>

/** `store` whose `operation` fails with one of `faults` after the other until none is left. */
export function failing(store: QueueStore, operation: StoreOperation, faults: Error[]): QueueStore {
  const method: (...args: never[]) => unknown = store[operation].bind(store)
  const tried = (...args: never[]) => {
    const fault = faults.shift()
    return fault === undefined ? method(...args) : Promise.reject(fault)
  }
  return Object.assign(store, { [operation]: tried })
}

/** `store` whose `settle` fails with one of `faults` after the other until none is left. */
export function failingSettle(store: QueueStore, faults: Error[]): QueueStore {
  return failing(store, 'settle', faults)
}
