import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { QueueDatabase } from '../../src/queue/sqlite-queue-database.ts'
import { FakeClock } from '../support/fake-clock.ts'

const megabyte = 1024 ** 2

test('on a full disk the room that old mail left in the queue file takes new mail', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'queue-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const clock = new FakeClock()
  let free = 100 * megabyte
  const settings = {
    path: join(folder, 'mail.que'),
    maxFileBytes: Infinity,
    minFreeBytes: megabyte,
    numbers: { afterMessage: 0, afterQueue: 0 },
  }
  const database = new QueueDatabase(settings, clock, () => free)
  let id = 0
  const write = (message: number, index: number) => {
    clock.advance(1000)
    const change = { kind: 'piece', message, index } as const
    return database.change([{ id: ++id, change, contents: [Buffer.alloc(128 * 1024)] }])
  }
  for (let index = 0; index < 20; index++) write(1, index)
  free = 0
  expect(write(2, 0)).toMatchObject([{ failure: { code: 'DISK_FULL' } }])
  database.change([{ id: ++id, change: { kind: 'abort', message: 1 }, contents: [] }])
  while (database.busy) database.upkeep()
  expect(write(2, 0)).toEqual([{ id }])
  database.close(2, 0)
})
