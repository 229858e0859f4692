import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { deathCountsPath } from '../../queue/poison/death-counts.ts'
import { inHandPath } from '../../queue/poison/in-hand-journal.ts'
import { contentFolder } from '../../queue/sqlite/content-path.ts'
import { unmarkInUse } from '../../queue/sqlite/log-check.ts'
import { logPath } from '../../queue/sqlite/log-file.ts'
import { reservePath } from '../../queue/sqlite/reserve.ts'
import type { NumberRange } from '../../queue/sqlite/protocol.ts'

/** What one queue file gives before it would reach the next one's numbers; all of them stay below 2^53. */
const idsPerFile = 2 ** 40
const queuesPerFile = 1e9

/** The queue file of a worker of the Transport service: `mail.que`, `mail-2.que`. */
export function queueFilePath(dataFolder: string, worker: number): string {
  const name = worker === 1 ? 'mail.que' : `mail-${worker}.que`
  return join(dataFolder, 'queue', name)
}

/** InternalIds and queue numbers of a worker's file, unlike those of every other file of the server. */
export function numbersOfFile(worker: number): NumberRange {
  return { afterMessage: (worker - 1) * idsPerFile, afterQueue: (worker - 1) * queuesPerFile }
}

/** The workers from 2 on that have a queue file. */
export async function workersWithQueueFile(dataFolder: string): Promise<number[]> {
  const names = await readdir(join(dataFolder, 'queue')).catch(() => [])
  return names
    .map((name) => Number(/^mail-([1-9]\d?)\.que$/.exec(name)?.[1] ?? 0))
    .filter((worker) => worker > 1)
    .sort((a, b) => a - b)
}

/** Deletes a queue file that is closed and holds no mail; the file itself last, so that nothing is left behind. */
export async function removeQueueFile(dataFolder: string, worker: number): Promise<void> {
  const path = queueFilePath(dataFolder, worker)
  unmarkInUse(path)
  const beside = [inHandPath(path), deathCountsPath(path), reservePath(path), logPath(path)]
  for (const each of [contentFolder(path), ...beside, path])
    await rm(each, { recursive: true, force: true })
}
