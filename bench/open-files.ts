import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { RunFailed } from './result.ts'

const run = promisify(execFile)

/** Lets this process, and those it starts from now on, open `count` files; rejects with RunFailed. */
export async function allowOpenFiles(count: number): Promise<void> {
  if ((await mostOpenFiles()) >= count) return
  try {
    await run('prlimit', ['--pid', String(process.pid), `--nofile=${count}:${count}`])
  } catch (cause) {
    throw new RunFailed(
      `${count} open files are needed: run as root, or raise the limit (ulimit -Hn ${count})`,
      { cause },
    )
  }
}

/** The soft limit, which Node.js raises to the hard one as it starts. */
async function mostOpenFiles(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8')
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1] ?? '0'
  return soft === 'unlimited' ? Infinity : Number(soft)
}
