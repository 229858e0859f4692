import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  canonicalAddress,
  specialRange,
  specialRanges,
  translatedAddress,
  undialable,
} from '../../../../src/deliver/smtp/special-addresses.ts'

test.each([
  ['0.0.0.0', 'this network, RFC 1122 3.2.1.3'],
  ['0.1.2.3', 'this network, RFC 1122 3.2.1.3'],
  ['224.0.0.1', 'multicast, RFC 5771'],
  ['239.255.255.255', 'multicast, RFC 5771'],
  ['240.0.0.1', 'reserved, RFC 1112 4'],
  ['255.255.255.254', 'reserved, RFC 1112 4'],
  ['255.255.255.255', 'broadcast, RFC 919 7'],
  ['::', 'unspecified, RFC 4291 2.5.2'],
  ['::127.0.0.1', 'IPv4-compatible, RFC 4291 2.5.5.1'],
  ['::2', 'IPv4-compatible, RFC 4291 2.5.5.1'],
  ['100::1', 'discard-only, RFC 6666'],
  ['fe80::1', 'link-local without a link, RFC 4291 2.5.6'],
  ['ff02::1', 'multicast, RFC 4291 2.7'],
  ['64:ff9b::127.0.0.1', '127.0.0.1 by NAT64: loopback, RFC 6052 3.1'],
  ['64:ff9b::a00:1', '10.0.0.1 by NAT64: private use, RFC 6052 3.1'],
  ['64:ff9b::224.0.0.1', '224.0.0.1 by NAT64: multicast, RFC 6052 3.1'],
])('mail never goes to %s: %s', (address, why) => {
  expect(undialable(address)).toBe(why)
})

test.each([
  '1.0.0.0',
  '223.255.255.255',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.1.1.1',
  '169.254.1.1',
  '172.31.255.255',
  '192.168.1.1',
  '192.0.2.1',
  '198.18.0.1',
  '203.0.113.255',
  '::1',
  '64:ff9b::5db8:d822',
  '64:ff9b:1::a00:1',
  '2001:db8::1',
  '2606:2800:220:1:248:1893:25c8:1946',
  'fd00::1',
  'fe80::1%eth0',
])('mail may go to %s', (address) => {
  expect(undialable(address)).toBeUndefined()
})

test.each([
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['::FFFF:7f00:1', '127.0.0.1'],
  ['0:0:0:0:0:ffff:224.0.0.1', '224.0.0.1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['192.0.2.1', '192.0.2.1'],
])('%s is spelled %s', (address, spelled) => {
  expect(canonicalAddress(address)).toBe(spelled)
})

test('an address that NAT64 translates stands for the one at its end', () => {
  expect(translatedAddress('64:ff9b::c000:201')).toBe('192.0.2.1')
  expect(translatedAddress('2001:db8::1')).toBeUndefined()
  expect(translatedAddress('192.0.2.1')).toBeUndefined()
})

test('each range has its RFC, once', () => {
  expect(new Set(specialRanges.map(({ range }) => range)).size).toBe(specialRanges.length)
  expect(specialRanges.every(({ rfc }) => /^RFC \d+/.test(rfc))).toBe(true)
})

test('IPv4 is judged alike however it is spelled', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const canonical = canonicalAddress(`::ffff:${address}`)
      expect(canonical).toBe(address)
      expect(undialable(canonical)).toBe(undialable(address))
    }),
  )
})

test('every address is judged, and IPv4 never by a range of IPv6', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const special = specialRange(canonicalAddress(address))
      const family = canonicalAddress(address).includes(':')
      expect(special === undefined || special.range.includes(':') === family).toBe(true)
      undialable(canonicalAddress(address))
    }),
  )
})
