import { isMainThread, workerData } from 'node:worker_threads'

/** How often the thread looks. */
const intervalMs = 100

/** What is watched: `parent` is the process of the service, `limit` octets of memory in all. */
interface Watched {
  readonly parent: number
  readonly limit: number
}

/** The thread that ends a module's process when it has grown too large, or when its service is gone. */
function watch({ parent, limit }: Watched): void {
  const nothing = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    if (process.ppid !== parent || process.memoryUsage.rss() > limit)
      process.kill(process.pid, 'SIGKILL')
    Atomics.wait(nothing, 0, 0, intervalMs)
  }
}

if (!isMainThread) watch(workerData as Watched)
