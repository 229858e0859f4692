import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { second } from '../../../src/base/time-span.ts'
import type { Dialer } from '../../../src/deliver/smtp/dialer.ts'
import { awaitBackEnd } from '../../../src/services/await-back-end.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { until } from '../../support/until.ts'

const targets = [
  { address: '127.0.0.1', port: 2525, tlsMode: 'StartTls' },
  { address: '10.1.1.2', port: 465, tlsMode: 'Implicit', source: '10.1.1.2' },
] as const

/** A front end that waits for these targets; each port listens from a time on. */
function waiting(listensFrom: Readonly<Record<number, number>>) {
  const clock = new FakeClock()
  const told: string[] = []
  const dials: string[] = []
  const stopping = new AbortController()
  const dialer: Dialer = {
    dial: ({ address, port }, { localAddress }) => {
      dials.push(`${localAddress ?? ''}>${address}:${port}`)
      if (clock.monotonic() < (listensFrom[port] ?? 0)) return Promise.reject(new Error('refused'))
      const end = { address, port }
      return Promise.resolve({ socket: new PassThrough(), local: end, remote: end })
    },
  }
  const tell = (_: object, message: string) => told.push(message)
  const logger = { debug: tell, info: tell, warn: tell, error: tell }
  let over = false
  const wait = awaitBackEnd({ targets, dialer, clock, logger, signal: stopping.signal })
  const ended = wait.then(() => (over = true))
  const pass = () =>
    until(() => {
      if (!over) clock.advance(second / 10)
      return over
    }, 0)
  return { clock, told, dials, stopping, ended, pass }
}

test('the wait is over when every target takes connections, from the address it serves', async () => {
  const { told, dials, pass, clock } = waiting({ 2525: 2 * second, 465: 3 * second })
  await pass()
  expect(clock.monotonic()).toBeGreaterThanOrEqual(3 * second)
  expect(clock.monotonic()).toBeLessThan(4 * second)
  expect(new Set(dials)).toEqual(new Set(['>127.0.0.1:2525', '10.1.1.2>10.1.1.2:465']))
  expect(told).toEqual([])
})

test('a long wait is told once', async () => {
  const { told, pass } = waiting({ 2525: 10 * second })
  await pass()
  expect(told).toEqual([
    'waiting for the Transport service at 127.0.0.1:2525 before clients are listened for',
  ])
})

test('the wait has an end, and what follows is told', async () => {
  const { told, pass, clock } = waiting({ 465: Infinity })
  await pass()
  expect(clock.monotonic()).toBeLessThan(17 * second)
  expect(told.at(-1)).toBe(
    'the Transport service at 10.1.1.2:465 takes no connections; clients are listened for without it and are answered 451 until it does',
  )
})

test('a service that is told to stop waits no longer', async () => {
  const { stopping, ended, told } = waiting({ 2525: Infinity })
  stopping.abort()
  await ended
  expect(told).toEqual([])
})
