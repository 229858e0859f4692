import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { QueueDatabase } from '../../src/queue/sqlite-queue-database.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { domainQueue } from '../support/queue-samples.ts'

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
  }
  const database = new QueueDatabase(settings, clock, () => free)
  let id = 0
  const commit = (message: number) => {
    clock.advance(1000)
    const row = { id: message, received: 0, meta: '{}', fileBytes: 0, content: 0 }
    const copy = { id: message, queue: domainQueue('first.test'), due: 0, recipients: '[]' }
    const change = { kind: 'commit', rows: { message: row, copies: [copy] } } as const
    return database.change([{ id: ++id, change, contents: [Buffer.alloc(128 * 1024)] }])
  }
  const settle = (message: number) => {
    const end = { recipients: null, due: 0, attempts: 1, lastError: '', delayNotified: false }
    const rows = { message, copy: message, received: 0, moved: [], notifications: [], ...end }
    return database.change([{ id: ++id, change: { kind: 'settle', rows }, contents: [] }])
  }
  for (let message = 1; message <= 20; message++) commit(message)
  free = 0
  expect(commit(21)).toMatchObject([{ failure: { code: 'DISK_FULL' } }])
  for (let message = 1; message <= 20; message++) settle(message)
  expect(commit(21)).toEqual([{ id }])
  database.close(21, 21)
})
