import { expect, test } from 'vitest'
import { calmLog } from '../../../src/base/calm-log.ts'
import type { ProgramLog } from '../../../src/base/program-log.ts'
import { minute } from '../../../src/base/time-span.ts'
import { tellRetry } from '../../../src/services/retry-told.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { domainQueue } from '../../support/queue-samples.ts'

function started() {
  const clock = new FakeClock(Date.UTC(2026, 9, 1))
  const lines: [object, string][] = []
  const note = (details: object, message: string) => void lines.push([details, message])
  const log: ProgramLog = { debug: note, info: note, warn: note, error: note }
  const calm = calmLog(log, clock)
  const retry = (domain: string, retryCount = 1, connector = 'To Internet') => {
    const queue = domainQueue(domain, connector)
    const nextRetryAt = clock.now() + minute
    const error = '451 4.4.397 no connection'
    tellRetry({ kind: 'queueRetry', queue, error, retryCount, nextRetryAt }, calm)
  }
  return { clock, lines, retry }
}

test('a queue that goes into Retry is told with the reason, its further tries are not', () => {
  const { clock, lines, retry } = started()
  for (const count of [1, 2, 3]) {
    retry('dead.test', count)
    clock.advance(2 * minute)
  }
  expect(lines).toEqual([
    [
      {
        queue: 'dead.test',
        reason: '451 4.4.397 no connection',
        nextRetry: '2026-10-01T00:01:00.000Z',
      },
      'queues of the connector "To Internet" go into Retry',
    ],
  ])
})

test('many queues of a connector are a line a minute, another connector has its own', () => {
  const { clock, lines, retry } = started()
  for (let n = 0; n < 1000; n++) retry(`d${n}.test`)
  retry('[192.0.2.1]', 1, 'Partner')
  clock.advance(2 * minute)
  retry('late.test')
  expect(lines.map(([details]) => details)).toMatchObject([
    { queue: 'd0.test' },
    { queue: '[192.0.2.1]' },
    { queue: 'late.test', repeated: 999 },
  ])
})
