import { expect, test } from 'vitest'
import { type CpuProfile, spendingOf } from '../../../../bench/profile/cpu-profile.ts'

const frame = (id: number, functionName: string, url = '', lineNumber = -1) => ({
  id,
  callFrame: { functionName, url, lineNumber },
})

const profile: CpuProfile = {
  nodes: [
    frame(1, '(idle)'),
    frame(2, '(garbage collector)'),
    frame(3, '(program)'),
    frame(4, 'writev'),
    frame(5, 'push', 'node:internal/streams/readable', 401),
    frame(6, 'take', 'file:///srv/edge/src/queue/scheduler/delivery-queue.ts', 118),
    frame(7, 'put', 'file:///srv/edge/src/queue/scheduler/delivery-queue.ts', 9),
    frame(8, 'parse', 'file:///srv/edge/node_modules/@scope/name/dist/index.js', 0),
  ],
  samples: [6, 1, 2, 3, 4, 5, 6, 7, 8, 6],
  timeDeltas: [5, 100, 10, 20, 40, 30, 8, 2, 1, 500],
  startTime: 1000,
}

test('time within the span is summed by kind of code, idle time left out', () => {
  const { busy, groups } = spendingOf(profile, { begin: 1010, end: 1300 })
  expect(busy).toBe(111)
  expect(groups).toEqual([
    { name: 'native functions, with the system calls in them', time: 40 },
    { name: "Node's JavaScript", time: 30 },
    { name: "Node's event loop", time: 20 },
    { name: 'garbage collection', time: 10 },
    { name: 'src/queue', time: 10 },
    { name: '@scope/name', time: 1 },
  ])
})

test('functions are named with the line they begin at, greatest first', () => {
  const { functions } = spendingOf(profile, { begin: 0, end: 2000 })
  expect(functions.slice(0, 3)).toEqual([
    { name: 'take src/queue/scheduler/delivery-queue.ts:119', time: 513 },
    { name: 'writev', time: 40 },
    { name: 'push node:internal/streams/readable:402', time: 30 },
  ])
})
