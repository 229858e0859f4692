import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { QueueReserve, reservePath } from '../../../../src/queue/sqlite/reserve.ts'
import { QueueRoom } from '../../../../src/queue/sqlite/room.ts'
import { SparePages } from '../../../../src/queue/sqlite/spare-pages.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const megabyte = 1024 ** 2

/** The room of a new queue file, on a disk whose free bytes the test says. */
async function roomOn(disk: { free: number }) {
  const path = join(await tempFolder(), 'mail.que')
  const database = new DatabaseSync(path)
  onTestFinished(() => database.close())
  database.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE kept (row)')
  const reserve = new QueueReserve(path, megabyte)
  const room = new QueueRoom({
    settings: { path, minFreeBytes: 0, reserveBytes: megabyte },
    ...{ database, reserve, clock: new FakeClock() },
    spare: new SparePages(database, 64 * megabyte),
    freeBytes: () => disk.free,
    onFailure: (cause) => {
      throw cause
    },
  })
  return { room, path, database, reserve }
}

test('the reserve is given back, once, for a result that found no room on a full disk', async () => {
  const disk = { free: 10 * megabyte }
  const { room, path } = await roomOn(disk)
  room.look()
  expect(statSync(reservePath(path)).size).toBe(megabyte)
  disk.free = 0
  expect(room.useReserve()).toBe(true)
  expect(existsSync(reservePath(path))).toBe(false)
  expect(room.useReserve()).toBe(false)
})

test('the reserve stays where it is not the disk that is full', async () => {
  const { room, path } = await roomOn({ free: 10 * megabyte })
  room.look()
  expect(room.useReserve()).toBe(false)
  expect(statSync(reservePath(path)).size).toBe(megabyte)
})

test('a log that would make the file outgrow the disk takes the reserve for it, and else stays', async () => {
  const disk = { free: 10 * megabyte }
  const { room, path, database, reserve } = await roomOn(disk)
  room.look()
  database.exec('INSERT INTO kept VALUES (zeroblob(400 * 1024))')
  disk.free = 0
  const before = statSync(path).size
  room.moveLog()
  expect(reserve.standing).toBe(0)
  expect(statSync(path).size).toBeGreaterThan(before)

  database.exec('INSERT INTO kept VALUES (zeroblob(3 * 1024 * 1024))')
  const moved = statSync(path).size
  room.moveLog()
  expect(statSync(path).size).toBe(moved)
})
