import { parentPort, workerData } from 'node:worker_threads'
import { loadRecipientFile } from './loaded-file.ts'

/** The thread of `loadInThread`. */
if (parentPort !== null && typeof workerData === 'string') {
  const loaded = await loadRecipientFile(workerData)
  const handed =
    loaded.kind === 'read' ? [loaded.index.records.buffer, loaded.index.slots.buffer] : []
  parentPort.postMessage(loaded, handed)
}
