import { describe, expect, test } from 'vitest'
import {
  allIpv4,
  allIpv6,
  parseIpRange,
  plainAddress,
  rangeContains,
  rangeSize,
} from '../../../src/base/ip-range.ts'

function range(text: string) {
  const parsed = parseIpRange(text)
  if (parsed === undefined) throw new Error(`${text} is no range`)
  return parsed
}

describe('reads every form of a range', () => {
  test.each([
    ['192.0.2.7', 1n],
    ['192.0.2.1-192.0.2.254', 254n],
    ['192.0.2.1 - 192.0.2.1', 1n],
    ['192.0.2.1/24', 256n],
    ['192.0.2.8(255.255.255.0)', 256n],
    ['0.0.0.0/0', 2n ** 32n],
    [allIpv4, 2n ** 32n],
    [allIpv6, 2n ** 128n],
    ['2001:0DB8::CD3/60', 2n ** 68n],
    ['fe80::39bd:88f7:6969:d223%11', 1n],
    ['2001:db8::-2001:db8::ff', 256n],
  ])('%s', (text, size) => {
    expect(rangeSize(range(text))).toBe(size)
    expect(range(text).text).toBe(text)
  })
})

describe('refuses what is no range', () => {
  test.each([
    '',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.1/33',
    '192.0.2.1/',
    '192.0.2.9-192.0.2.1',
    '192.0.2.1-2001:db8::1',
    '192.0.2.1-192.0.2.2-192.0.2.3',
    '192.0.2.8(255.0.255.0)',
    '2001:db8::/129',
    'mail.example.com',
    '0x7f.1',
    '3221225985',
  ])('%j', (text) => expect(parseIpRange(text)).toBeUndefined())
})

describe('knows which addresses lie in a range', () => {
  test.each([
    ['192.0.2.1/24', '192.0.2.0', true],
    ['192.0.2.1/24', '192.0.2.255', true],
    ['192.0.2.1/24', '192.0.3.0', false],
    ['192.0.2.10-192.0.2.20', '192.0.2.9', false],
    ['192.0.2.10-192.0.2.20', '::ffff:192.0.2.15', true],
    [allIpv6, '::ffff:192.0.2.15', false],
    [allIpv4, '2001:db8::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    [allIpv4, 'garbage', false],
  ])('%s and %s: %s', (text, address, inside) =>
    expect(rangeContains(range(text), address)).toBe(inside),
  )
})

test('writes an IPv4 client of a dual-stack socket as IPv4', () => {
  expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1')
  expect(plainAddress('fe80::1%11')).toBe('fe80::1')
})
