import { MemoryQueueStore } from '../../support/memory-queue-store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { sampleTime } from '../../support/queue-samples.ts'
import { queueLeaseContract } from './queue-lease-contract.ts'
import { queueStoreContract } from './queue-store-contract.ts'
import { queueSuspensionContract } from './queue-suspension-contract.ts'

const open = () => Promise.resolve(new MemoryQueueStore(new FakeClock(sampleTime)))

queueStoreContract('memory store', open)
queueSuspensionContract('memory store', open)
queueLeaseContract('memory store', (leaseTime) => {
  const clock = new FakeClock(sampleTime)
  const store = new MemoryQueueStore(clock, leaseTime)
  const pass = (milliseconds: number) => {
    clock.advance(milliseconds)
    store.tellAbandoned()
    return Promise.resolve()
  }
  return Promise.resolve({ store, pass })
})
