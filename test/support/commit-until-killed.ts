/**
 * Run as a process of its own with a queue file as argument: commits numbered messages until it is
 * killed. Prints `begun N` before content is written, `committing N` once the header is handed over,
 * `kept N` once the commit was answered, `settling N` / `settled N` around the end of a message, and
 * `moving N` / `moved N` around a settlement that moves its second recipient.
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

const movedQueue = domainQueue('moved.test')

async function commitForever(worker: number): Promise<never> {
  for (let round = 0; ; round++) {
    const pending = store.begin()
    say(`begun ${pending.id}`)
    await writeAll(pending, numberedBody(pending.id), 7000)
    if (round % 5 === 4) {
      pending.abort()
      continue
    }
    const [bob, carol] = [{ address: 'bob@first.test' }, { address: 'carol@first.test' }]
    const recipients = [bob, carol]
    const queue = domainQueue(`d${worker}.test`)
    const header = numberedHeader(pending.id)
    say(`committing ${pending.id}`)
    const [copy] = await pending.commit(sampleMessage(), header, [{ queue, recipients }])
    say(`kept ${pending.id}`)
    if (copy === undefined || round % 4 === 0) continue
    const end = { remaining: [], dueAt: 0, attempts: 1, lastError: '', delayNotified: false }
    if (round % 4 === 2) {
      say(`moving ${pending.id}`)
      const moved = [{ queue: movedQueue, recipients: [carol] }]
      await store.settle({ copy, ...end, remaining: [bob], moved })
      say(`moved ${pending.id}`)
      continue
    }
    say(`settling ${pending.id}`)
    await store.settle({ copy, ...end })
    say(`settled ${pending.id}`)
  }
}

await Promise.all(Array.from({ length: 12 }, (_, worker) => commitForever(worker)))
