import type { QueueStore, Settlement } from '../../src/queue/queue-store.ts'

/** `store` whose `settle` fails with one of `faults` after the other until none is left. */
export function failingSettle(store: QueueStore, faults: Error[]): QueueStore {
  const settle = store.settle.bind(store)
  return Object.assign(store, {
    settle: (settlement: Settlement) => {
      const fault = faults.shift()
      return fault === undefined ? settle(settlement) : Promise.reject(fault)
    },
  })
}
