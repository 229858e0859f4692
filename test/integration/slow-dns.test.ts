import { createSocket } from 'node:dgram'
import { once } from 'node:events'
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

test('a first server that is down is waited for once, for MX as for addresses', async () => {
  const down = createSocket('udp4')
  let questions = 0
  down.on('message', () => questions++)
  down.bind(0, '127.0.0.1')
  await once(down, 'listening')
  await using dns = await startLabDns({
    ...{ address: '127.0.0.1', port: 0 },
    zones: {
      'good.test': { mx: [{ preference: 10, exchange: 'mx.good.test' }] },
      'mx.good.test': { a: ['192.0.2.1'] },
    },
  })
  const servers = [`127.0.0.1:${down.address().port}`, `127.0.0.1:${dns.port}`]
  const lookups = new NodeLookups(new LiveValue(servers))
  expect((await lookups.mx('good.test')).answer).toMatchObject({ kind: 'found' })
  const asked = questions
  for (let count = 0; count < 5; count++) {
    expect((await lookups.mx('good.test')).answer).toMatchObject({ kind: 'found' })
    expect((await lookups.ipv4('mx.good.test')).answer).toMatchObject({ kind: 'found' })
  }
  expect(asked).toBeGreaterThan(0)
  expect(questions).toBe(asked)
  await new Promise<void>((resolve) => down.close(resolve))
}, 20_000)
