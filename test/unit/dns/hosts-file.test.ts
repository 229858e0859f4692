import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HostsFileLookups, listedAddresses } from '../../../src/dns/hosts-file.ts'
import type { Lookups } from '../../../src/dns/lookups.ts'
import { tempFolder } from '../../support/temp-folder.ts'

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

test('the file goes before the DNS, and only while the machine resolves', async () => {
  const file = join(await tempFolder(), 'hosts')
  await writeFile(file, hosts)
  const fromDns = { answer: { kind: 'empty' as const }, lifetime: 0 }
  const answer = () => Promise.resolve(fromDns)
  const dns: Lookups = { mx: answer, ipv4: answer, ipv6: answer }
  let used = true
  const lookups = new HostsFileLookups(file, dns, () => used)
  const listed = { kind: 'found', records: ['192.0.2.7'] }
  expect((await lookups.ipv4('relay.test')).answer).toEqual(listed)
  expect(await lookups.ipv4('elsewhere.test')).toBe(fromDns)
  used = false
  expect(await lookups.ipv4('relay.test')).toBe(fromDns)
})
