import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import {
  type SqliteQueueStoreOptions,
  openSqliteQueueStore,
} from '../../src/queue/sqlite/sqlite-queue-store.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { sampleTime } from '../support/queue-samples.ts'
import { queueLeaseContract } from '../unit/queue/queue-lease-contract.ts'
import { queueStoreContract } from '../unit/queue/queue-store-contract.ts'
import { queueSuspensionContract } from '../unit/queue/queue-suspension-contract.ts'

let folder = ''
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'queue-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const open = (options: Partial<SqliteQueueStoreOptions> = {}) =>
  openSqliteQueueStore({
    path: join(folder, `${++count}`, 'mail.que'),
    clock: new FakeClock(sampleTime),
    onFatal: (error) => {
      throw error
    },
    ...options,
  })

queueStoreContract('SQLite store', () => open())
queueSuspensionContract('SQLite store', () => open())
queueLeaseContract('SQLite store', async (leaseTime) => ({
  store: await open({ leaseTime, clock: systemClock }),
  pass: (milliseconds) => systemClock.sleep(milliseconds),
}))
