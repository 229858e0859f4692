import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type IpRange,
  parseAddress,
  parseIpRange,
  rangeHolds,
  rangeSize,
} from '../../../src/base/ip-range.ts'
import { RangeTable } from '../../../src/base/range-table.ts'
import { second } from '../../../src/base/time-span.ts'

function range(text: string): IpRange {
  const parsed = parseIpRange(text)
  if (parsed === undefined) throw new Error(`${text} is no range`)
  return parsed
}

function address(text: string) {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new Error(`${text} is no address`)
  return parsed
}

const table = (...texts: readonly string[]) =>
  new RangeTable(texts.map((text) => ({ range: range(text), value: text })))

test.each([
  ['192.168.1.75', '192.168.1.75'],
  ['192.168.1.76', '192.168.1.0-192.168.1.255'],
  ['192.168.1.255', '192.168.1.0-192.168.1.255'],
  ['192.168.2.0', '0.0.0.0/0'],
  ['255.255.255.255', '0.0.0.0/0'],
  ['2001:db8::7', '2001:db8::/32'],
  ['2001:db9::', undefined],
  ['::ffff:192.168.1.75', '192.168.1.75'],
])('the narrowest range that holds %s wins', (source, expected) => {
  const ranges = table('0.0.0.0/0', '192.168.1.0-192.168.1.255', '192.168.1.75', '2001:db8::/32')
  expect(ranges.find(address(source))).toBe(expected)
})

test('a table without ranges of a family finds nothing there', () => {
  expect(table().find(address('192.0.2.1'))).toBeUndefined()
  expect(table('::/0').find(address('192.0.2.1'))).toBeUndefined()
})

test('agrees with trying each range in turn, however they lie', () => {
  const bounds = (at: number) => fc.tuple(fc.nat(at), fc.nat(at))
  const ranges = fc.array(
    fc.tuple(fc.constantFrom<4 | 6>(4, 6), bounds(24)).map(([family, [a, b]]) => ({
      ...{ text: '', family, first: BigInt(Math.min(a, b)), last: BigInt(Math.max(a, b)) },
    })),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(ranges, (given) => {
      const made = new RangeTable(given.map((each, at) => ({ range: each, value: at })))
      for (const family of [4, 6] as const) {
        for (let value = 0n; value <= 26n; value++) {
          const source = { family, value }
          expect(made.find(source)).toBe(narrowest(given, source))
        }
      }
    }),
    { interruptAfterTimeLimit: 2 * second, numRuns: 500 },
  )
})

/** What was done before there was a table: the smallest of all, the first of equals. */
function narrowest(ranges: readonly IpRange[], source: ReturnType<typeof address>) {
  let best: number | undefined
  for (const [at, each] of ranges.entries()) {
    if (!rangeHolds(each, source)) continue
    const known = best === undefined ? undefined : ranges[best]
    if (known === undefined || rangeSize(each) < rangeSize(known)) best = at
  }
  return best
}

test('answers among very many ranges as fast as among few', () => {
  const hosts = Array.from({ length: 40_000 }, (_, at) => `2001:db8::${at.toString(16)}`)
  const ranges = table('2001:db8::/32', ...hosts)
  // Each of these would take 40,000 comparisons, and the test many times its time limit, one by one.
  const found = hosts.filter((host) => ranges.find(address(host)) === host)
  expect(found).toHaveLength(hosts.length)
})
