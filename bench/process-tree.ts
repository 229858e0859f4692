import { readdirSync } from 'node:fs'
import { memoryField, procFile } from '../test/support/process-memory.ts'

/** Part of /proc/PID/stat. */
export interface ProcessStat {
  readonly parent: number
  /** User and system time in clock ticks, with that of its ended and awaited children. */
  readonly ticks: number
}

/** Linux tells processor time to user space in hundredths of a second. */
const ticksPerSecond = 100

/** Reads /proc/PID/stat; the program's name in it may hold blanks and parentheses. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { parent: Number(fields[1]), ticks }
}

/** What all processes of a server take together. Figures in bytes. */
export interface TreeMemory {
  /** Sum of VmRSS: a page that processes share counts once for each of them. */
  readonly resident: number
  readonly processes: number
}

/** A process and its descendants, as they are at each question. */
export class ProcessTree {
  readonly #root: number

  constructor(root: number) {
    this.#root = root
  }

  get pids(): readonly number[] {
    return [...this.#stats().keys()]
  }

  /**
   * Processor seconds so far. Short-lived children stay in it, since each parent inherits the time of
   * the children it has waited for.
   */
  get cpuSeconds(): number {
    let ticks = 0
    for (const stat of this.#stats().values()) ticks += stat.ticks
    return ticks / ticksPerSecond
  }

  get memory(): TreeMemory {
    const { pids } = this
    return { resident: sumOf(pids, 'status', 'VmRSS'), processes: pids.length }
  }

  /** Sum of Pss: a page that n processes share counts as 1/n for each. Dear to ask. */
  get proportionalBytes(): number {
    return sumOf(this.pids, 'smaps_rollup', 'Pss')
  }

  #stats(): Map<number, ProcessStat> {
    const all = new Map<number, ProcessStat>()
    for (const name of readdirSync('/proc')) {
      const pid = Number(name)
      const text = Number.isInteger(pid) ? procFile(pid, 'stat') : undefined
      if (text !== undefined) all.set(pid, parseStat(text))
    }
    return descendants(all, this.#root)
  }
}

/** The entries of `all` that are `root` or descend from it. */
export function descendants(
  all: ReadonlyMap<number, ProcessStat>,
  root: number,
): Map<number, ProcessStat> {
  const children = Map.groupBy(all, ([, { parent }]) => parent)
  const found = new Map<number, ProcessStat>()
  const visit = (pid: number) => {
    const stat = all.get(pid)
    if (stat === undefined) return
    found.set(pid, stat)
    for (const [child] of children.get(pid) ?? []) visit(child)
  }
  visit(root)
  return found
}

function sumOf(pids: readonly number[], file: 'status' | 'smaps_rollup', field: string): number {
  return pids.reduce((sum, pid) => sum + (memoryField(pid, file, field) ?? 0), 0)
}
