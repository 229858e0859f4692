import { createSecureContext } from 'node:tls'
import { expect, test } from 'vitest'
import { hour } from '../../../../src/base/time-span.ts'
import { TlsSessions } from '../../../../src/deliver/smtp/tls-sessions.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const context = createSecureContext()
const peer = { trusted: true, distrust: '', certificate: undefined }
const ticket = (text: string) => Buffer.from(text)

function kept(sessions: TlsSessions, key = 'mx.test', within = context) {
  return sessions.resumption(within, key).resumable?.session.toString()
}

test('a session is kept once the peer is verified, whichever comes first', () => {
  const sessions = new TlsSessions(new FakeClock())
  const early = sessions.resumption(context, 'mx.test')
  expect(early.resumable).toBeUndefined()
  early.received(ticket('one'))
  expect(kept(sessions)).toBeUndefined()
  early.verified(peer)
  expect(kept(sessions)).toBe('one')
  early.received(ticket('two'))
  expect(kept(sessions)).toBe('two')
})

test('a session serves its own key and context alone', () => {
  const sessions = new TlsSessions(new FakeClock())
  const handshake = sessions.resumption(context, 'mx.test')
  handshake.verified(peer)
  handshake.received(ticket('one'))
  expect(kept(sessions, 'other.test')).toBeUndefined()
  expect(kept(sessions, 'mx.test', createSecureContext())).toBeUndefined()
})

test('a session is forgotten on demand and after an hour', () => {
  const clock = new FakeClock()
  const sessions = new TlsSessions(clock)
  const handshake = sessions.resumption(context, 'mx.test')
  handshake.verified(peer)
  handshake.received(ticket('one'))
  clock.advance(hour - 1)
  expect(kept(sessions)).toBe('one')
  clock.advance(1)
  expect(kept(sessions)).toBeUndefined()
  handshake.received(ticket('two'))
  expect(sessions.forget(context, 'mx.test')).toBe(true)
  expect(sessions.forget(context, 'mx.test')).toBe(false)
  expect(kept(sessions)).toBeUndefined()
})

test('as many sessions as a thousand are kept, the latest', () => {
  const sessions = new TlsSessions(new FakeClock())
  for (let number = 0; number <= 1000; number++) {
    const handshake = sessions.resumption(context, `mx${number}.test`)
    handshake.verified(peer)
    handshake.received(ticket(String(number)))
  }
  expect(kept(sessions, 'mx0.test')).toBeUndefined()
  expect(kept(sessions, 'mx1.test')).toBe('1')
  expect(kept(sessions, 'mx1000.test')).toBe('1000')
})
