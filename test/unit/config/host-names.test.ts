import { describe, expect, test } from 'vitest'
import { isDnsServer, isDomainName, isHostName } from '../../../src/config/host-names.ts'

describe('host names', () => {
  test.each(['edge01', 'mail.example.com', 'a-b_c.example', 'xn--bcher-kva.example'])(
    'takes %s',
    (name) => expect(isHostName(name)).toBe(true),
  )
  test.each([
    '',
    'a..b',
    '-a.example',
    'a-.example',
    'mail example',
    'bücher.example',
    'a.example.',
  ])('refuses %j', (name) => expect(isHostName(name)).toBe(false))
  test('refuses labels and names that are too long', () => {
    expect(isHostName(`${'a'.repeat(64)}.example`)).toBe(false)
    expect(isHostName(`${'a.'.repeat(128)}a`)).toBe(false)
  })
})

test('domains may be international', () => {
  expect(isDomainName('bücher.example')).toBe(true)
  expect(isDomainName('bü cher.example')).toBe(false)
})

describe('DNS servers', () => {
  test.each(['192.0.2.53', '127.0.0.53:5353', '2001:db8::53', '[2001:db8::53]:53'])(
    'takes %s',
    (server) => expect(isDnsServer(server)).toBe(true),
  )
  test.each(['', 'dns.example.com', '192.0.2.53:0', '192.0.2.53:70000', '[192.0.2.53]:53', '[::1'])(
    'refuses %j',
    (server) => expect(isDnsServer(server)).toBe(false),
  )
})
