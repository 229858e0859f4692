import { access, chmod, constants, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../base/clock.ts'
import { type Milliseconds, second } from '../base/time-span.ts'

/** A change takes some hundredths of a second; who waits longer than this waits for a stopped process. */
const patience: Milliseconds = 30 * second
const lookAgainAfter: Milliseconds = 20

/** Somebody else has been changing the configuration for too long. */
export class ConfigLocked extends Error {
  override readonly name = 'ConfigLocked'
}

/**
 * Waits until this process alone may change the configuration file. The lock is SQLite's on a small
 * file beside it, thus the system's: it goes with the process that holds it, however that ends. The
 * file stays, for deleting it would let two processes lock two files of one name.
 */
export async function lockConfig(file: string, clock: Clock): Promise<AsyncDisposable> {
  const real = await realpath(file)
  const lockFile = join(dirname(real), `.${basename(real)}.lock`)
  // SQLite would not say why it cannot open the file.
  await access(dirname(real), constants.W_OK)
  const { DatabaseSync: Database } = await import('node:sqlite')
  const database = new Database(lockFile, { timeout: 0 })
  try {
    await chmod(lockFile, 0o600).catch(() => undefined)
    const deadline = clock.monotonic() + patience
    while (!tryLock(database)) {
      if (clock.monotonic() >= deadline)
        throw new ConfigLocked(
          `another command has been changing ${file} for ${patience / second} seconds; try again when it has ended`,
        )
      await clock.sleep(lookAgainAfter)
    }
  } catch (error) {
    database.close()
    throw error
  }
  return {
    [Symbol.asyncDispose]: () => {
      // Closing lets the lock go.
      database.close()
      return Promise.resolve()
    },
  }
}

const busy = 5

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    const code: unknown = error instanceof Error && 'errcode' in error ? error.errcode : undefined
    if (code === busy) return false
    throw error
  }
}
