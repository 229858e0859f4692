import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { LogonPlaces } from '../../../../src/receive/users/logon-places.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

/** Checks that end when the test says so, and the order in which they began. */
function setUp() {
  const clock = new FakeClock()
  const places = new LogonPlaces(clock)
  const begun: string[] = []
  const ends = new Map<string, (right: boolean) => void>()
  const ask = (source: string, name = source, gone = new AbortController()) => {
    const check = Promise.withResolvers<boolean>()
    ends.set(name, check.resolve)
    const result = places.use(source, gone.signal, async () => {
      begun.push(name)
      return { right: await check.promise, result: name }
    })
    return { result, gone }
  }
  const end = async (name: string, right: boolean) => {
    ends.get(name)?.(right)
    await turn()
  }
  /** Makes a suspect of the source. */
  const guessWrong = async (source: string) => {
    const { result } = ask(source, `guess of ${source}`)
    await turn()
    await end(`guess of ${source}`, false)
    await result
    begun.length = 0
  }
  return { clock, places, begun, ask, end, guessWrong }
}

const attacker = '192.0.2.66'

test('two are checked at a time', async () => {
  const { begun, ask, end } = setUp()
  for (const source of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) ask(source)
  await turn()
  expect(begun).toEqual(['192.0.2.1', '192.0.2.2'])
  await end('192.0.2.2', true)
  expect(begun).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3'])
})

test('the sources take turns, however many wait from one', async () => {
  const { begun, ask, end } = setUp()
  for (const at of [1, 2, 3, 4, 5]) ask(attacker, `a${at}`)
  for (const at of [1, 2]) ask('198.51.100.1', `b${at}`)
  ask('203.0.113.1', 'c1')
  await turn()
  for (const name of begun) await end(name, true)
  expect(begun).toEqual(['a1', 'a2', 'c1', 'a3', 'b1', 'a4', 'b2', 'a5'])
})

test('a source with one waits for no more than one of those with many', async () => {
  const { begun, ask, end } = setUp()
  for (let source = 0; source < 20; source++)
    for (let at = 0; at < 20; at++) ask(`192.0.2.${source}`, `${source} ${at}`)
  await turn()
  for (const round of [0, 1, 2, 3, 4]) {
    const before = begun.length
    ask(`198.51.100.${round}`, `honest ${round}`)
    await end(begun.at(-1) ?? '', true)
    await end(begun.at(-1) ?? '', true)
    expect(begun.slice(before)).toContain(`honest ${round}`)
  }
})

test('an IPv6 network of 64 bits is one source', async () => {
  const { begun, ask, end } = setUp()
  for (const at of [1, 2, 3, 4]) ask(`2001:db8:0:1::${at}`, `a${at}`)
  ask('2001:db8:0:2::1', 'b')
  await turn()
  for (const name of begun) await end(name, true)
  expect(begun).toEqual(['a1', 'a2', 'b', 'a3', 'a4'])
})

describe('a source that guessed wrong', () => {
  test('leaves a place to the others', async () => {
    const { begun, ask, guessWrong } = setUp()
    await guessWrong(attacker)
    for (const at of [1, 2, 3]) ask(attacker, `a${at}`)
    await turn()
    expect(begun).toEqual(['a1'])
    ask('198.51.100.1', 'honest')
    await turn()
    expect(begun).toEqual(['a1', 'honest'])
  })

  test('has a place even while all others wait', async () => {
    const { begun, ask, end, guessWrong } = setUp()
    await guessWrong(attacker)
    for (const at of [1, 2, 3, 4]) ask(`198.51.100.${at}`, `h${at}`)
    ask(attacker, 'a1')
    await turn()
    await end('h1', true)
    expect(begun).toEqual(['h1', 'h2', 'a1'])
    await end('h2', true)
    expect(begun).toEqual(['h1', 'h2', 'a1', 'h3'])
  })

  test.each([
    ['after ten minutes', 10 * 60_000, undefined],
    ['after a right password', 0, true],
  ])('is like the others again %s', async (_, time, right) => {
    const { clock, begun, ask, end, guessWrong } = setUp()
    await guessWrong(attacker)
    clock.advance(time)
    if (right !== undefined) {
      ask(attacker, 'right')
      await turn()
      await end('right', right)
      begun.length = 0
    }
    for (const at of [1, 2]) ask(attacker, `a${at}`)
    await turn()
    expect(begun).toEqual(['a1', 'a2'])
  })
})

describe('who waits', () => {
  test('leaves the line when its client is gone', async () => {
    const { places, begun, ask, end } = setUp()
    ask(attacker, 'a1')
    ask(attacker, 'a2')
    const leaving = ask(attacker, 'a3')
    const staying = ask(attacker, 'a4')
    await turn()
    expect(places.waiting).toBe(2)
    leaving.gone.abort()
    expect(places.waiting).toBe(1)
    expect(await leaving.result).toBeUndefined()
    await end('a1', false)
    await end('a4', false)
    expect(await staying.result).toBe('a4')
    expect(begun).toEqual(['a1', 'a2', 'a4'])
  })

  test('is turned away behind fifty of its source', async () => {
    const { places, ask } = setUp()
    for (let at = 0; at < 52; at++) ask(attacker, `a${at}`)
    expect(await ask(attacker, 'one more').result).toBeUndefined()
    expect(places.waiting).toBe(50)
  })

  test('gives way to a source with fewer when all places to wait are taken', async () => {
    const { places, ask } = setUp()
    const last = Array.from({ length: 21 }, (_, at) => {
      const line = Array.from({ length: 50 }, (__, of) => ask(`192.0.2.${at}`, `${at} ${of}`))
      return line.at(-1)
    })
    expect(places.waiting).toBe(1_000)
    const honest = ask('198.51.100.1', 'honest')
    expect(places.waiting).toBe(1_000)
    const answers = last.flatMap((one) => (one === undefined ? [] : [one.result]))
    expect(await Promise.race(answers)).toBeUndefined()
    honest.gone.abort()
    expect(await honest.result).toBeUndefined()
  })
})
