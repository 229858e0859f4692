import { Worker } from 'node:worker_threads'

/** What hostile clients do: `begin` once a session, then `again` without end. */
export interface Flood {
  readonly host: string
  readonly port: number
  /** Loopback address they come from. */
  readonly from: string
  readonly begin: string
  readonly again: string
  /** Waits for the answer each time: `####` in `again` is then the number of the try. */
  readonly inTurn?: boolean
}

/** Hostile clients that go on until they are disposed of. */
export async function startFlood(flood: Flood, attackers: number): Promise<AsyncDisposable> {
  const worker = new Worker(new URL('./flooding-client.ts', import.meta.url), {
    workerData: { ...flood, attackers },
  })
  await new Promise<void>((resolve, reject) => {
    worker.once('online', resolve)
    worker.once('error', reject)
  })
  return {
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
