import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Lets these processes, with all their threads and what they start, use only some cores: `0`, `0-3`. */
export async function useCores(cores: string, pids: readonly number[]): Promise<void> {
  for (const pid of pids) await run('taskset', ['-a', '-c', '-p', cores, String(pid)])
}
