import { open } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { QueueFolder } from '../support/queue-folder.ts'
import { commitTo, domainQueue } from '../support/queue-samples.ts'

const numbers = { afterMessage: 2 ** 40, afterQueue: 1e9 }
const queue = domainQueue('first.test')

test('a file with a range of its own begins there and goes on after a restart', async () => {
  await using folder = await QueueFolder.make()
  const before = await folder.open({ numbers })
  const [copy] = await commitTo(before, [queue])
  expect(copy?.message.id).toBe(2 ** 40 + 1)
  expect(await before.queues()).toMatchObject([{ number: 1e9 + 1 }])
  await before[Symbol.asyncDispose]()
  await using after = await folder.open({ numbers })
  expect(after.begin().id).toBe(2 ** 40 + 2)
  expect(await after.queues()).toMatchObject([{ number: 1e9 + 1, copies: 1 }])
})

test('messages behind a damaged beginning of such a file are brought over, ids go on growing', async () => {
  await using folder = await QueueFolder.make()
  const before = await folder.open({ numbers })
  await commitTo(before, [queue], { content: 'y'.repeat(300_000) })
  for (let n = 0; n < 300; n++) await commitTo(before, [queue], { content: 'x'.repeat(3000) })
  await before[Symbol.asyncDispose]()
  const file = await open(folder.path, 'r+')
  await file.write(Buffer.alloc(100_000, 0xa5), 0, 100_000, 330_000)
  await file.close()
  const damaged = await folder.open({ numbers })
  await expect(damaged.scan({ limit: 1000 })).rejects.toMatchObject({ code: 'CORRUPT' })
  await damaged[Symbol.asyncDispose]()
  await using after = await folder.open({ numbers })
  expect(folder.movedAside[0]?.rescued).toBeGreaterThan(100)
  expect(after.begin().id).toBeGreaterThan(2 ** 40 + 301)
})
