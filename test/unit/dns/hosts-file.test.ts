import { expect, test } from 'vitest'
import { listedAddresses } from '../../../src/dns/hosts-file.ts'

const hosts = `127.0.0.1 localhost localhost.localdomain # ourselves
::1\tlocalhost ip6-localhost
# 192.0.2.9 relay.test
192.0.2.7  Relay.test relay
not-an-address relay.test
192.0.2.8`

test.each([
  ['localhost', ['127.0.0.1', '::1']],
  ['relay.test', ['192.0.2.7']],
  ['RELAY', ['192.0.2.7']],
  ['ourselves', []],
  ['192.0.2.8', []],
  ['', []],
])('finds %s in a hosts file at %j', (host, addresses) => {
  expect(listedAddresses(hosts, host)).toEqual(addresses)
})
