import { NoAnswer, askService } from './admin-client.ts'

export interface WorkersTarget {
  readonly dataFolder: string
  readonly service: string
  /** Who should answer. */
  readonly workers: readonly number[]
}

/** A worker that should answer and does not. */
export interface SilentWorker {
  readonly worker: number
  readonly reason: string
}

export interface WorkersAnswer {
  /** In the order of the workers. */
  readonly results: readonly unknown[]
  /** Whose results these are. */
  readonly answering: readonly number[]
  readonly silent: readonly SilentWorker[]
}

/**
 * Asks all workers of a service. Rejects with NoAnswer when none of them answers, and with an
 * Error carrying the message of a worker that says no.
 */
export async function askWorkers(
  { dataFolder, service, workers }: WorkersTarget,
  method: string,
  parameters?: unknown,
): Promise<WorkersAnswer> {
  const results: unknown[] = []
  const answering: number[] = []
  const silent: SilentWorker[] = []
  let nobody: NoAnswer | undefined
  const answers = workers.map((worker) =>
    askService({ dataFolder, service, worker }, method, parameters),
  )
  for (const [index, answer] of (await Promise.allSettled(answers)).entries()) {
    if (answer.status === 'fulfilled') {
      results.push(answer.value)
      answering.push(workers[index] ?? 1)
      continue
    }
    if (!(answer.reason instanceof NoAnswer)) throw answer.reason
    nobody ??= answer.reason
    silent.push({ worker: workers[index] ?? 1, reason: answer.reason.message })
  }
  if (results.length === 0 && nobody !== undefined) throw nobody
  return { results, answering, silent }
}
