import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ground } from './ground.ts'
import type { MailServer } from './mail-server.ts'

const calls = ['fsync', 'fdatasync', 'sync_file_range', 'msync', 'sync', 'syncfs'] as const
/** Those that make a file's octets last. */
const flushing: readonly string[] = ['fsync', 'fdatasync']

/** Flushes in `strace -c`'s table: each row ends in calls, perhaps errors, and the call's name. */
export function countFlushes(table: string): number {
  let count = 0
  for (const line of table.split('\n')) {
    const fields = line.trim().split(/\s+/)
    if (flushing.includes(fields.at(-1) ?? '')) count += Number(fields[3])
  }
  return count
}

/** How often the server's processes flushed files while `work` ran; strace slows them meanwhile. */
export async function flushesDuring(
  { folder, signal }: Ground,
  { tree, label }: MailServer,
  work: () => Promise<unknown>,
): Promise<number> {
  const table = join(folder, 'flushes')
  const attach = tree.pids.flatMap((pid) => ['-p', String(pid)])
  const args = ['-f', '-c', '-o', table, '-e', `trace=${calls.join(',')}`, ...attach]
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'], signal })
  const ended = once(strace, 'close')
  ended.catch(() => undefined)
  let said = ''
  const attached = Promise.withResolvers<undefined>()
  strace.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if ((said.match(/attached/g)?.length ?? 0) >= attach.length / 2) attached.resolve(undefined)
  })
  strace.on('close', () => attached.reject(new Error(`strace cannot watch ${label}: ${said}`)))
  strace.on('error', attached.reject)
  try {
    await attached.promise
    await work()
  } finally {
    strace.kill('SIGINT')
    await ended
  }
  return countFlushes(await readFile(table, 'utf8'))
}
