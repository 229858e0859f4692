/**
 * Run as a process of its own with a queue file as argument: opens it and says `opening`, then `open`, and
 * waits to be killed. For tests that kill it on the way.
 */
import { writeSync } from 'node:fs'
import { systemClock } from '../../src/base/clock.ts'
import { openSqliteQueueStore } from '../../src/queue/sqlite/sqlite-queue-store.ts'

const [, , path = ''] = process.argv
writeSync(1, 'opening\n')
await openSqliteQueueStore({
  path,
  clock: systemClock,
  reserveBytes: 1024 ** 2,
  onMovedAside: () => void writeSync(1, 'moved aside\n'),
  onLogTrouble: (trouble) => void writeSync(1, `log trouble ${trouble}\n`),
  onFatal: (error) => {
    throw error
  },
})
writeSync(1, 'open\n')
