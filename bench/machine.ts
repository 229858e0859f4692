import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { promisify } from 'node:util'

/** Where the figures were measured. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryBytes: number
  readonly kernel: string
  /** Type of the file system that both queues lie on. */
  readonly fileSystem: string
  readonly node: string
  readonly postfix: string
  readonly date: string
}

const run = promisify(execFile)

export async function describeMachine(queueFolder: string): Promise<Machine> {
  const [processor] = cpus()
  const postfix = await run('postconf', ['-d', '-h', 'mail_version'])
  return {
    processor: processor?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: release(),
    fileSystem: fileSystemOf(queueFolder, await readFile('/proc/self/mountinfo', 'utf8')),
    node: process.version,
    postfix: postfix.stdout.trim(),
    date: new Date().toISOString().slice(0, 10),
  }
}

/** Type of the file system that holds `folder`, by the text of /proc/self/mountinfo. */
export function fileSystemOf(folder: string, mountinfo: string): string {
  let found = { point: '', type: 'unknown' }
  for (const line of mountinfo.split('\n')) {
    const point = line.split(' ')[4]
    const type = line.split(' - ')[1]?.split(' ')[0]
    if (point === undefined || type === undefined) continue
    const holds = folder === point || folder.startsWith(point === '/' ? '/' : `${point}/`)
    // A later mount lies over an earlier one at the same place.
    if (holds && point.length >= found.point.length) found = { point, type }
  }
  return found.type
}

/** The machine in one line. */
export function machineLine(machine: Machine): string {
  const memory = `${(machine.memoryBytes / 2 ** 30).toFixed(0)} GB`
  return [
    machine.processor,
    `${machine.cores} ${machine.cores === 1 ? 'core' : 'cores'}`,
    memory,
    `Linux ${machine.kernel}`,
    `queues on ${machine.fileSystem}`,
    `Node.js ${machine.node}`,
    `Postfix ${machine.postfix}`,
    machine.date,
  ].join(', ')
}
