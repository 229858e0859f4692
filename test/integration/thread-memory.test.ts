import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { keepThreadsSmall } from '../../src/services/heap-growth.ts'

const megabyte = 1024 ** 2

/** Keeps what it makes just long enough that the young generation grows as far as it may. */
const program = `
  const { parentPort } = require('node:worker_threads')
  const { getHeapSpaceStatistics } = require('node:v8')
  const kept = []
  for (let n = 0; n < 3_000_000; n++) kept[n % 100_000] = { n }
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  parentPort.postMessage(young.space_size)`

async function youngBytesOfThread(): Promise<number> {
  const [bytes] = (await once(new Worker(program, { eval: true }), 'message')) as [number]
  return bytes
}

test('a thread that starts later has a small young generation', async () => {
  try {
    keepThreadsSmall()
    expect(await youngBytesOfThread()).toBeLessThan(8 * megabyte)
  } finally {
    setFlagsFromString('--max-semi-space-size=16')
  }
  expect(await youngBytesOfThread()).toBeGreaterThan(8 * megabyte)
})
