import { expect, test } from 'vitest'
import { LiveValue } from '../../src/base/live.ts'
import { NodeLookups } from '../../src/dns/node-lookups.ts'
import { startLabDns } from '../../src/lab/lab-dns.ts'

test('a slow name is found by a server that was quick before', async () => {
  const quick = Array.from({ length: 20 }, (_, at) => `quick${at}.test`)
  await using dns = await startLabDns({
    ...{ address: '127.0.0.1', port: 0 },
    zones: {
      ...Object.fromEntries(quick.map((name) => [name, { a: ['192.0.2.1'] }])),
      'slow.test': { a: ['192.0.2.2'], fault: { kind: 'slow', delay: 3000 } },
    },
  })
  const lookups = new NodeLookups(new LiveValue([`127.0.0.1:${dns.port}`]))
  for (const name of quick) await lookups.ipv4(name)
  const { answer } = await lookups.ipv4('slow.test')
  expect(answer).toEqual({ kind: 'found', records: ['192.0.2.2'] })
}, 20_000)
