import { MemoryQueueStore } from '../../../src/queue/memory-queue-store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { sampleTime } from '../../support/queue-samples.ts'
import { queueStoreContract } from './queue-store-contract.ts'

queueStoreContract('memory store', () =>
  Promise.resolve(new MemoryQueueStore(new FakeClock(sampleTime))),
)
