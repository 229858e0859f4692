import { expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { Supervisor } from '../../src/services/supervisor.ts'
import { singleWorker } from '../../src/services/worker.ts'

const listening = `process.send({ kind: 'ready', listeners: [] });`
const dies = `${listening} setImmediate(() => process.exit(3))`
const serves = `${listening} setInterval(() => undefined, 1000)`

test('a service that cannot be spawned for once is started again', async () => {
  // A NUL is what spawn throws for at once, as it does when there is no memory.
  const programs = [dies, 'no\0program', serves]
  const told: object[] = []
  const silent = () => undefined
  const recovered = Promise.withResolvers<undefined>()
  const supervisor = new Supervisor({
    workers: [singleWorker('Transport')],
    commandFor: () => [process.execPath, '-e', programs.shift() ?? serves],
    env: {},
    clock: systemClock,
    logger: { debug: silent, info: silent, warn: silent, error: (what) => told.push(what) },
    onReady: () => {
      if (programs.length === 0) recovered.resolve(undefined)
    },
  })
  const ended = supervisor.run()
  await recovered.promise
  supervisor.stop()
  expect(await ended).toBe(0)
  expect(told).toMatchObject([{ died: 'Transport', ended: 3 }, { died: 'Transport' }])
  expect(told[1]).toHaveProperty('ended', expect.stringContaining('null bytes'))
})
