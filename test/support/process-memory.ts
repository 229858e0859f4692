import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Bytes } from '../../src/base/byte-size.ts'

/** Resident memory of a process, from /proc. */
export interface ProcessMemory {
  /** Now. */
  readonly resident: Bytes
  /** The most it ever was. */
  readonly peak: Bytes
}

/** Throws when there is no such process. */
export function processMemory(pid: number): ProcessMemory {
  const [resident, peak] = ['VmRSS', 'VmHWM'].map((field) => memoryField(pid, 'status', field))
  if (resident === undefined || peak === undefined) throw new Error(`no process ${pid} is there`)
  return { resident, peak }
}

/** A field of /proc/PID/FILE that is given in kB; undefined when the process has ended. */
export function memoryField(
  pid: number,
  file: 'status' | 'smaps_rollup',
  field: string,
): Bytes | undefined {
  const text = procFile(pid, file) ?? ''
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

/** The text of /proc/PID/FILE; undefined when the process has ended. */
export function procFile(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

/** Resident memory of the runtime alone. */
export async function bareRuntime(): Promise<number> {
  const program = `process.stdout.write('up'); setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--eval', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  const { resident } = processMemory(child.pid ?? 0)
  child.kill()
  return resident
}
