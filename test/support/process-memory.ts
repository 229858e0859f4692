import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Bytes } from '../../src/base/byte-size.ts'

/** Resident memory of a process, from /proc. */
export interface ProcessMemory {
  /** Now. */
  readonly resident: Bytes
  /** The most it ever was. */
  readonly peak: Bytes
}

/** Rejects when there is no such process. */
export async function processMemory(pid: number): Promise<ProcessMemory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return { resident: field(status, 'VmRSS'), peak: field(status, 'VmHWM') }
}

function field(status: string, name: string): Bytes {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)
  if (match === null) throw new Error(`no ${name} in the status of the process`)
  return Number(match[1]) * 1024
}

export interface PeakMemory extends ProcessMemory {
  readonly service: string
}

const sampleInterval = 100

/** Watches the resident memory of processes, by name. `resident` is the largest sample. */
export class MemoryWatch implements AsyncDisposable {
  readonly #processes: Readonly<Record<string, number>>
  readonly #largest = new Map<string, ProcessMemory>()
  readonly #ended = new AbortController()
  readonly #watching: Promise<void>

  constructor(processes: Readonly<Record<string, number>>) {
    this.#processes = processes
    this.#watching = this.#watch()
  }

  /** The figures until now; rejects when a process is gone. */
  async peaks(): Promise<readonly PeakMemory[]> {
    await this.#sample()
    return [...this.#largest].map(([service, memory]) => ({ service, ...memory }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
    await this.#watching
  }

  async #watch(): Promise<void> {
    const { signal } = this.#ended
    while (!signal.aborted) {
      await this.#sample().catch(() => undefined)
      await delay(sampleInterval, undefined, { signal }).catch(() => undefined)
    }
  }

  async #sample(): Promise<void> {
    for (const [service, pid] of Object.entries(this.#processes)) {
      const { resident, peak } = await processMemory(pid)
      const before = this.#largest.get(service)?.resident ?? 0
      this.#largest.set(service, { resident: Math.max(resident, before), peak })
    }
  }
}

/** Resident memory of the runtime alone. */
export async function bareRuntime(): Promise<number> {
  const program = `process.stdout.write('up'); setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--eval', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  const { resident } = await processMemory(child.pid ?? 0)
  child.kill()
  return resident
}
