import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { adminSocketPath } from './admin-endpoint.ts'

const suffix = /^(?:-([1-9]\d?))?\.sock$/

/** The workers of a service that have a socket: those that run, and those that were killed. */
export async function workersWithSocket(dataFolder: string, service: string): Promise<number[]> {
  const names = await readdir(join(dataFolder, 'run')).catch(() => [])
  return names
    .filter((name) => name.startsWith(service))
    .flatMap((name) => {
      const match = suffix.exec(name.slice(service.length))
      return match === null ? [] : Number(match[1] ?? 1)
    })
    .sort((a, b) => a - b)
}

/** Removes what killed workers left that are not to run any more. */
export async function removeOldSockets(
  dataFolder: string,
  service: string,
  running: readonly number[],
): Promise<void> {
  for (const worker of await workersWithSocket(dataFolder, service)) {
    if (running.includes(worker)) continue
    await rm(adminSocketPath(dataFolder, service, worker), { force: true })
  }
}
