import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { flushFolder } from './content-file-sync.ts'
import { contentFolder, contentSuffix } from './content-path.ts'
import { StoreError } from '../queue-store.ts'
import type { DatabaseSettings, MovedAside } from './protocol.ts'
import { salvage } from './salvage.ts'
import {
  type OpenedDatabase,
  openDatabase,
  primaryCode,
  sqliteBusy,
  storeErrorOf,
  suspectMark,
} from './schema.ts'

interface OpenedFile extends OpenedDatabase {
  /** Where a damaged file was put, when that was necessary, and what could be brought over from it. */
  readonly movedAside?: MovedAside
}

/**
 * Opens or makes the queue file. A damaged one is moved aside whole, with the contents that belong to
 * it, for an administrator to look at, and what can be read of it is brought into a new one. Throws a StoreError
 * when the file is in use, newer, or not ours, or when there is no room for what is brought over: the next
 * start, behind `undoSalvage`, tries it again.
 */
export function openQueueFile(
  { path, numbers }: Pick<DatabaseSettings, 'path' | 'numbers'>,
  stamp: string,
): OpenedFile {
  makeFolder(contentFolder(path), path)
  try {
    if (isEmptied(path)) throw new StoreError('CORRUPT', 'the file is empty')
    return openDatabase(path, stamp)
  } catch (cause) {
    const error = storeErrorOf(cause, path)
    if (error.code !== 'CORRUPT') throw error
  }
  let opened: OpenedDatabase | undefined
  try {
    const aside = moveAside(path, stamp)
    makeFolder(contentFolder(path), path)
    opened = openDatabase(path, stamp)
    const rescued = salvage(aside, opened.database, { path, numbers })
    endSalvage(path)
    return { ...opened, movedAside: { path: aside, rescued } }
  } catch (cause) {
    opened?.database.close()
    throw storeErrorOf(cause, path)
  }
}

/**
 * To be done before anything of the queue file is looked at. When a start was cut short before all mail of a
 * damaged file had come over, the new file is given up, and the damaged one is in its place again. Throws a
 * StoreError when that start is still at it.
 */
export function undoSalvage(path: string): void {
  const note = salvageNote(path)
  if (!existsSync(note)) return
  const name = readFileSync(note, 'utf8')
  const aside = join(dirname(path), name)
  // A note without its text was not finished, and nothing was moved.
  if (name.startsWith(`${basename(path)}.damaged-`)) {
    if (existsSync(aside)) {
      refuseInUse(path)
      for (const suffix of ['', ...companions]) {
        rmSync(path + suffix, { recursive: true, force: true })
      }
      renameSync(aside, path)
    }
    renameAll(companions, aside, path)
    writeFileSync(suspectMark(path), '')
  }
  endSalvage(path)
}

function refuseInUse(path: string): void {
  try {
    using database = new DatabaseSync(path, { timeout: 0 })
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; ROLLBACK')
  } catch (cause) {
    if (primaryCode(cause) === sqliteBusy) throw storeErrorOf(cause, path)
  }
}

/** What belongs to a queue file, by what is put behind its path. */
const companions = ['-wal', contentSuffix]

/** Stands while the mail of a damaged file is brought into a new one, and names the damaged one. */
function salvageNote(path: string): string {
  return `${path}-salvage`
}

/** The file itself moves last, and back first: where it stands tells whose the others are. */
function moveAside(path: string, stamp: string): string {
  const aside = `${path}.damaged-${stamp}`
  writeFileSync(salvageNote(path), basename(aside), { mode: 0o600, flush: true })
  flushFolder(dirname(path))
  renameAll([...companions, ''], path, aside)
  return aside
}

function renameAll(suffixes: readonly string[], from: string, to: string): void {
  for (const suffix of suffixes) {
    if (existsSync(from + suffix)) renameSync(from + suffix, to + suffix)
  }
}

/** On stable storage when it returns: the new file, which takes mail from now on, must never be given up for the note. */
function endSalvage(path: string): void {
  flushFolder(dirname(path))
  rmSync(salvageNote(path))
  flushFolder(dirname(path))
}

/** No queue file of ours is empty, but for one whose making was cut short. */
function isEmptied(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0
}

function makeFolder(folder: string, path: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    flushFolder(dirname(folder))
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError(
      'FAILED',
      `queue database ${path}: its folder cannot be made (${text}); see that this user may write there and that no file has its name`,
      { cause },
    )
  }
}
