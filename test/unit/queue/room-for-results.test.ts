import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { minute, second } from '../../../src/base/time-span.ts'
import { type QueueStore, StoreError } from '../../../src/queue/queue-store.ts'
import { SchedulerBench, delivering, resultsFor, serving } from '../../support/scheduler-bench.ts'
import { failingSettle } from '../../support/failing-store.ts'

const full = () => new StoreError('DISK_FULL', 'no room')

/** `store` on a disk that the test fills. */
function onDisk(hasRoom: LiveValue<boolean>) {
  return (store: QueueStore) => Object.assign(store, { hasRoomForResults: hasRoom })
}

test('nothing is sent while its result could not be written, and all of it once there is room', async () => {
  const hasRoom = new LiveValue(false)
  await using bench = new SchedulerBench(onDisk(hasRoom))
  await bench.start()
  await bench.send('first.test', 3)
  await bench.send('second.test')
  await bench.advance(5 * minute, minute)
  expect(bench.opened).toEqual([])
  hasRoom.set(true)
  await bench.settle()
  expect(new Set(bench.opened)).toEqual(new Set(['first.test', 'second.test']))
  expect(await bench.waiting()).toEqual([])
})

test('a connection at work takes no further message once the disk is full', async () => {
  const hasRoom = new LiveValue(true)
  await using bench = new SchedulerBench(onDisk(hasRoom))
  bench.serve = serving((copy) => {
    hasRoom.set(false)
    return resultsFor(copy, 'delivered', '250 ok')
  })
  await bench.start()
  await bench.send('first.test', 5)
  expect(await bench.waiting()).toHaveLength(4)
  bench.serve = delivering
  hasRoom.set(true)
  await bench.advance(2 * second, second)
  expect(await bench.waiting()).toEqual([])
})

test('what was delivered is written without the notification that finds no room; the failed ones are tried again', async () => {
  const settled: (readonly string[])[] = []
  const faults = [full()]
  await using bench = new SchedulerBench((store) => {
    const failing = failingSettle(store, faults)
    const settle = failing.settle.bind(failing)
    return Object.assign(failing, {
      settle: (settlement: Parameters<QueueStore['settle']>[0]) => {
        settled.push(settlement.remaining.map(({ address }) => address))
        return settle(settlement)
      },
    })
  })
  bench.serve = serving((copy) => resultsFor(copy, 'failed', '550 5.1.1 unknown'))
  await bench.start()
  await bench.send('first.test')
  await bench.advance(second)
  expect(settled).toEqual([[], ['bob@first.test']])
  const [waiting] = await bench.waiting()
  expect(waiting?.recipients).toMatchObject([{ lastError: '550 5.1.1 unknown' }])
  await bench.advance(16 * minute, minute)
  expect(bench.notices.at(-1)).toMatch(/^failed /)
})
