import { MemoryQueueStore } from '../../support/memory-queue-store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { sampleTime } from '../../support/queue-samples.ts'
import { queueStoreContract } from './queue-store-contract.ts'
import { queueSuspensionContract } from './queue-suspension-contract.ts'

const open = () => Promise.resolve(new MemoryQueueStore(new FakeClock(sampleTime)))

queueStoreContract('memory store', open)
queueSuspensionContract('memory store', open)
