import type { Milliseconds } from '../base/time-span.ts'

/** Records that come by their time, such as those of one file. */
export interface TimedSource<T> {
  /** None of its records is older. */
  readonly start: Milliseconds
  /** Begins to read; nothing is open before. */
  read(): AsyncGenerator<T, void>
}

/** A source being read, and the first of its records that was not yet given out. */
interface Cursor<T> {
  readonly records: AsyncGenerator<T, void>
  record: T
}

/**
 * The records of all sources by their time. `sources` are sorted by their start: each is opened when the
 * time has come to it, so that few are open at once however many there are.
 */
export async function* mergedByTime<T>(
  sources: readonly TimedSource<T>[],
  timeOf: (record: T) => Milliseconds,
): AsyncGenerator<T, void> {
  const cursors: Cursor<T>[] = []
  let opened = 0
  try {
    for (;;) {
      let earliest = earliestOf(cursors, timeOf)
      for (let source = sources[opened]; source !== undefined; source = sources[opened]) {
        if (earliest !== undefined && source.start > timeOf(earliest.record)) break
        opened++
        const records = source.read()
        const first = await records.next()
        if (first.done !== true) cursors.push({ records, record: first.value })
        earliest = earliestOf(cursors, timeOf)
      }
      if (earliest === undefined) return
      yield earliest.record
      const next = await earliest.records.next()
      if (next.done === true) cursors.splice(cursors.indexOf(earliest), 1)
      else earliest.record = next.value
    }
  } finally {
    for (const { records } of cursors) await records.return()
  }
}

/** Among equals the one that was opened first. */
function earliestOf<T>(
  cursors: readonly Cursor<T>[],
  timeOf: (record: T) => Milliseconds,
): Cursor<T> | undefined {
  let earliest: Cursor<T> | undefined
  for (const cursor of cursors) {
    if (earliest === undefined || timeOf(cursor.record) < timeOf(earliest.record)) earliest = cursor
  }
  return earliest
}
