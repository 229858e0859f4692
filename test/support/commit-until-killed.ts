/**
 * Run as a process of its own with a queue file as argument: commits numbered messages until it is
 * killed. Prints `begun N` before content is written, `kept N` once a commit was answered, and
 * `settling N` / `settled N` around the end of a message.
 */
import { writeSync } from 'node:fs'
import { systemClock } from '../../src/base/clock.ts'
import { openSqliteQueueStore } from '../../src/queue/sqlite/sqlite-queue-store.ts'
import { domainQueue, sampleMessage, writeAll } from './queue-samples.ts'
import { numberedBody, numberedHeader, pieceBytes } from './numbered-content.ts'

/** Blocks until the reader has room, so that what is said is out before the next step. */
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`)
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    }
  }
}

const store = await openSqliteQueueStore({
  path: process.argv[2] ?? '',
  clock: systemClock,
  pieceBytes,
  onLogTrouble: (trouble) => say(`trouble ${trouble}`),
  onFatal: (error) => {
    throw error
  },
})

async function commitForever(worker: number): Promise<never> {
  for (let round = 0; ; round++) {
    const pending = store.begin()
    say(`begun ${pending.id}`)
    await writeAll(pending, numberedBody(pending.id), 7000)
    if (round % 5 === 4) {
      pending.abort()
      continue
    }
    const recipients = [{ address: 'bob@first.test' }]
    const queue = domainQueue(`d${worker}.test`)
    const header = numberedHeader(pending.id)
    const [copy] = await pending.commit(sampleMessage(), header, [{ queue, recipients }])
    say(`kept ${pending.id}`)
    if (copy === undefined || round % 2 === 0) continue
    say(`settling ${pending.id}`)
    const end = { remaining: [], dueAt: 0, attempts: 1, lastError: '', delayNotified: false }
    await store.settle({ copy, ...end })
    say(`settled ${pending.id}`)
  }
}

await Promise.all(Array.from({ length: 12 }, (_, worker) => commitForever(worker)))
