import { expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import { second } from '../../src/base/time-span.ts'
import { Supervisor } from '../../src/services/supervisor.ts'
import { singleWorker } from '../../src/services/workers/worker.ts'
import { FakeClock } from '../support/fake-clock.ts'

const listening = `process.send({ kind: 'ready', listeners: [] });`
const dies = `${listening} setImmediate(() => process.exit(3))`
const serves = `${listening} setInterval(() => undefined, 1000)`
/** Ends a while after it was told to, as one does that has mail in hand. */
const drains = `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 200)); ${serves}`
const neverDrains = `process.on('SIGTERM', () => undefined); ${serves}`

interface Supervised {
  readonly supervisor: Supervisor
  readonly ended: Promise<number>
  readonly told: readonly object[]
}

/** Runs `programs` one after the other, as often as the service dies; resolves when the last listens. */
async function supervised(programs: string[], clock: Clock): Promise<Supervised> {
  const told: object[] = []
  const silent = () => undefined
  const last = programs.at(-1) ?? serves
  const listens = Promise.withResolvers<undefined>()
  const supervisor = new Supervisor({
    workers: [singleWorker('Transport')],
    commandFor: () => [process.execPath, '-e', programs.shift() ?? last],
    env: {},
    clock,
    logger: { debug: silent, info: silent, warn: silent, error: (what) => told.push(what) },
    onReady: () => {
      if (programs.length === 0) listens.resolve(undefined)
    },
  })
  const ended = supervisor.run()
  await listens.promise
  return { supervisor, ended, told }
}

test('a service that cannot be spawned for once is started again', async () => {
  // A NUL is what spawn throws for at once, as it does when there is no memory.
  const programs = [dies, 'no\0program', serves]
  const { supervisor, ended, told } = await supervised(programs, systemClock)
  supervisor.stop()
  expect(await ended).toBe(0)
  expect(told).toMatchObject([{ died: 'Transport', ended: 3 }, { died: 'Transport' }])
  expect(told[1]).toHaveProperty('ended', expect.stringContaining('null bytes'))
})

test.each([
  ['at once', [0, 0]],
  ['within two seconds of the first', [500, 1499]],
])('word to end that is repeated %s lets the services drain', async (_, pauses) => {
  const clock = new FakeClock()
  const { supervisor, ended } = await supervised([drains], clock)
  expect(supervisor.stop()).toBe('first')
  for (const pause of pauses) {
    clock.advance(pause)
    expect(supervisor.stop()).toBe('repeated')
  }
  expect(await ended).toBe(0)
})

test('word to end that is repeated later ends the services at once', async () => {
  const clock = new FakeClock()
  const { supervisor, ended } = await supervised([neverDrains], clock)
  supervisor.stop()
  clock.advance(2 * second)
  expect(supervisor.stop()).toBe('hastened')
  expect(await ended).toBe(1)
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a service that %s reached before us is neither told as dead nor started again when we are to end',
  async (signal) => {
    const diesBySignal = `${listening} process.kill(process.pid, '${signal}')`
    const clock = new FakeClock()
    const { supervisor, ended, told } = await supervised([diesBySignal], clock)
    await expect.poll(() => clock.timers).toBe(1)
    supervisor.stop()
    clock.advance(second)
    expect(await ended).toBe(0)
    expect(told).toEqual([])
  },
)

test('a service that somebody else ended is told and started again', async () => {
  const ends = `${listening} setImmediate(() => process.exit(0))`
  const clock = new FakeClock()
  const { supervisor, ended, told } = await supervised([ends], clock)
  await expect.poll(() => clock.timers).toBe(1)
  clock.advance(second)
  expect(told).toMatchObject([{ died: 'Transport', ended: 0 }])
  supervisor.stop()
  expect(await ended).toBe(0)
})
