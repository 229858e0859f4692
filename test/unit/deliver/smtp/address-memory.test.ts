import { expect, test } from 'vitest'
import { LiveValue } from '../../../../src/base/live.ts'
import { minute, second } from '../../../../src/base/time-span.ts'
import { AddressMemory, type Presence } from '../../../../src/deliver/smtp/address-memory.ts'
import type { TargetTrouble } from '../../../../src/deliver/smtp/failure-policy.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const refused: TargetTrouble = { kind: 'policy', text: '441 4.4.1 refused' }

function bench(settings = {}) {
  const clock = new FakeClock()
  const memory = new AddressMemory({
    clock,
    settings: new LiveValue({
      ...{ QueueGlitchRetryInterval: minute, MaxOutboundConnections: 1000 },
      ...{ MaxPerDomainOutboundConnections: 40, ...settings },
    }),
  })
  const slow = (waited: number): TargetTrouble => ({ kind: 'policy', text: `slow ${waited}` })
  const ask = (address = '192.0.2.1:25', insists = false) =>
    memory.enter(address, { insists, slow })
  /** The presence, or the kind of refusal with its text. */
  const enter = (address?: string): Presence => {
    const entered = ask(address)
    if ('kind' in entered) throw new Error(`refused: ${textOf(entered)}`)
    return entered
  }
  return { clock, ask, enter }
}

function textOf(entered: ReturnType<AddressMemory['enter']>): string {
  if (!('kind' in entered)) return 'entered'
  if (entered.kind === 'crowded') return 'crowded'
  return entered.trouble.kind === 'policy' ? entered.trouble.text : 'failure'
}

test('what befell one connection is told to the next, for a while', () => {
  const { clock, ask, enter } = bench()
  enter().left(refused)
  expect(textOf(ask())).toBe('441 4.4.1 refused')
  expect(textOf(ask('192.0.2.2:25'))).toBe('entered')
  clock.advance(15 * second)
  expect(textOf(ask())).toBe('entered')
})

test('it is forgotten before a queue that heard of it tries again', () => {
  const { clock, ask, enter } = bench({ QueueGlitchRetryInterval: second })
  enter().left(refused)
  clock.advance(0.5 * second)
  expect(textOf(ask())).toBe('entered')
})

test('an administrator who insists has it tried', () => {
  const { ask, enter } = bench()
  enter().left(refused)
  expect(textOf(ask('192.0.2.1:25', true))).toBe('entered')
})

test('a success clears it', () => {
  const { ask, enter } = bench()
  const other = enter()
  enter().left(refused)
  other.reached()
  other.proved()
  expect(textOf(ask())).toBe('entered')
})

test('one connection that fails says nothing of an address that serves others', () => {
  const { ask, enter } = bench()
  enter().reached()
  enter().left(refused)
  expect(textOf(ask())).toBe('entered')
})

test('an address that delivered nothing yet holds a few connections, whoever wants more', () => {
  const { ask, enter } = bench()
  const held = [enter(), enter(), enter(), enter()]
  expect(textOf(ask())).toBe('crowded')
  held[0]?.left()
  expect(textOf(ask())).toBe('entered')
})

test('it is no longer waited for when the first that wait have waited for long', () => {
  const { clock, ask, enter } = bench()
  enter()
  clock.advance(9.9 * second)
  expect(textOf(ask())).toBe('entered')
  clock.advance(0.1 * second)
  expect(textOf(ask())).toBe('slow 10000')
})

test('sooner when as many wait as may', () => {
  const { clock, ask, enter } = bench()
  for (let n = 0; n < 4; n++) enter()
  clock.advance(2 * second)
  expect(textOf(ask())).toBe('slow 2000')
})

test('a proven address takes as many as a domain may have, or half of all', () => {
  for (const [settings, most] of [
    [{ MaxOutboundConnections: 40 }, 40],
    [{ MaxOutboundConnections: 200 }, 100],
  ] as const) {
    const { ask, enter } = bench(settings)
    enter().proved()
    for (let n = 1; n < most; n++) enter()
    expect(textOf(ask())).toBe('crowded')
  }
})

test('an address is not proven for ever', () => {
  const { clock, ask, enter } = bench()
  const first = enter()
  first.proved()
  first.left()
  clock.advance(10 * minute)
  for (let n = 0; n < 4; n++) enter()
  expect(textOf(ask())).toBe('crowded')
})

test('a connection counts until it has left, once', () => {
  const { ask, enter } = bench()
  const held = [enter(), enter(), enter(), enter()]
  for (const each of held) {
    each.left()
    each.left()
    each.proved()
  }
  for (let n = 0; n < 4; n++) enter()
  expect(textOf(ask())).toBe('crowded')
})
