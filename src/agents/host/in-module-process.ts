import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

/*
 * What a process with a user's module (module-process.ts) does for itself, whatever the module is for.
 */

/** Whether the file with this URL was started as such a process. */
export function isModuleProcess(url: string): boolean {
  return process.send !== undefined && process.argv[1] === fileURLToPath(url)
}

/** Takes what the service says, for as long as the service is there. */
export function serveService(take: (message: unknown) => void): void {
  process.on('message', take)
  // What nothing waited for: nobody can tell to what it belongs.
  process.on('uncaughtException', ({ message }) => lastWord({ kind: 'crashed', reason: message }))
  process.once('disconnect', () => process.exit(0))
  // Word to end goes to all processes at once; this one ends when the service has no more use for it.
  process.on('SIGTERM', () => undefined)
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
}

/** Says something to the service. */
export function tell(message: object): void {
  if (process.connected) process.send?.(message)
}

/** Says it and ends. */
export function lastWord(message: object): void {
  process.send?.(message, () => process.exit(1))
}

/**
 * Begins a thread that looks after this process from outside of the module's own: whatever the module does, the
 * process ends when it takes so many octets more than now, and when the service is gone.
 */
export function watchProcess(maxMemory: number): void {
  const watcher = new Worker(new URL('./process-watch.ts', import.meta.url), {
    workerData: { parent: process.ppid, limit: process.memoryUsage.rss() + maxMemory },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
  })
  watcher.unref()
}
