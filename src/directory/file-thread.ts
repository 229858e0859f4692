import { Worker } from 'node:worker_threads'
import type { LoadedFile } from './loaded-file.ts'

/** Of the thread's heap: enough for some two million recipients. */
const maximumHeapMb = 2048

/**
 * Reads a file of recipients in a thread of its own, so that a hundred thousand of them hold nothing up. Its result is
 * handed over without a copy. Never rejects.
 */
export async function loadInThread(file: string): Promise<LoadedFile> {
  try {
    return await loadedBy(
      new Worker(new URL('./file-worker.ts', import.meta.url), {
        workerData: file,
        resourceLimits: { maxOldGenerationSizeMb: maximumHeapMb },
      }),
    )
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { kind: 'refused', problems: [`${file}: cannot be read: ${reason}`], count: 1 }
  }
}

function loadedBy(worker: Worker): Promise<LoadedFile> {
  worker.unref()
  return new Promise((resolve, reject) => {
    worker.once('message', (loaded: LoadedFile) => resolve(handedOver(loaded)))
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the thread that reads it ended')))
  })
}

/** A Buffer comes out of a thread as the plain array below it. */
function handedOver(loaded: LoadedFile): LoadedFile {
  if (loaded.kind === 'refused') return loaded
  const { records, slots, count } = loaded.index
  return { ...loaded, index: { records: Buffer.from(records.buffer), slots, count } }
}
