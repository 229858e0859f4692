import { expect, test } from 'vitest'
import { minute } from '../../../../src/base/time-span.ts'
import { TlsMemory } from '../../../../src/deliver/smtp/tls-memory.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

test('a fault of TLS is remembered by address for ten minutes, or until it is forgotten', () => {
  const clock = new FakeClock()
  const memory = new TlsMemory(clock)
  memory.note('192.0.2.1:25', 'reset')
  expect(memory.faultOf('192.0.2.2:25')).toBeUndefined()
  clock.advance(10 * minute - 1)
  expect(memory.faultOf('192.0.2.1:25')).toBe('reset')
  clock.advance(1)
  expect(memory.faultOf('192.0.2.1:25')).toBeUndefined()
  memory.note('192.0.2.1:25', 'again')
  memory.forget('192.0.2.1:25')
  expect(memory.faultOf('192.0.2.1:25')).toBeUndefined()
})

test('a fault is news once in ten minutes, or when it is another one', () => {
  const clock = new FakeClock()
  const memory = new TlsMemory(clock)
  expect(memory.isNews('192.0.2.1:25', '454')).toBe(true)
  expect(memory.isNews('192.0.2.1:25', '454')).toBe(false)
  expect(memory.isNews('192.0.2.2:25', '454')).toBe(true)
  expect(memory.isNews('192.0.2.1:25', 'reset')).toBe(true)
  clock.advance(10 * minute)
  expect(memory.isNews('192.0.2.1:25', 'reset')).toBe(true)
})

test('a thousand faults are remembered, the latest ones', () => {
  const memory = new TlsMemory(new FakeClock())
  for (let at = 0; at <= 1000; at++) memory.note(String(at), 'reset')
  expect([0, 1, 1000].map((at) => memory.faultOf(String(at)))).toEqual([
    undefined,
    'reset',
    'reset',
  ])
})
