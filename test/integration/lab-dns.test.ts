import { Resolver } from 'node:dns/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LabDns, startLabDns } from '../../src/lab/lab-dns.ts'
import { labZones } from '../../src/lab/lab-zones.ts'

const zones = labZones({
  mx1: '127.0.0.25',
  mx2: '127.0.0.26',
  dead: '127.0.0.99',
  relay: '127.0.0.1',
  partner: '127.0.0.20',
})

let dns: LabDns
let resolver: Resolver

beforeEach(async () => {
  dns = await startLabDns({ address: '127.0.0.1', port: 0, zones })
  resolver = new Resolver({ tries: 1, timeout: 300 })
  resolver.setServers([`127.0.0.1:${dns.port}`])
})

afterEach(() => dns.close())

describe('the zones', () => {
  test.each([
    [
      'good.test',
      [
        [10, 'mx1.good.test'],
        [20, 'mx2.good.test'],
      ],
    ],
    [
      'GOOD.Test',
      [
        [10, 'mx1.good.test'],
        [20, 'mx2.good.test'],
      ],
    ],
    [
      'equal.test',
      [
        [10, 'mx1.good.test'],
        [10, 'mx2.good.test'],
      ],
    ],
    [
      'deadfirst.test',
      [
        [10, 'dead.test'],
        [20, 'mx2.good.test'],
      ],
    ],
    ['nullmx.test', [[0, '']]],
    ['loop.test', [[10, 'relay.contoso.test']]],
  ])('%s has its mail hosts', async (name, expected) => {
    const records = await resolver.resolveMx(name)
    expect(records.map(({ priority, exchange }) => [priority, exchange])).toEqual(expected)
  })

  test('a name without MX but with an address answers empty', async () => {
    await expect(resolver.resolveMx('aonly.test')).rejects.toMatchObject({ code: 'ENODATA' })
    await expect(resolver.resolve4('aonly.test')).resolves.toEqual(['127.0.0.25'])
    await expect(resolver.resolve6('aonly.test')).rejects.toMatchObject({ code: 'ENODATA' })
  })

  test('a name that is not there does not exist', async () => {
    await expect(resolver.resolveMx('nosuch.test')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(resolver.resolveMx('constructor')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  test('an alias answers with what it leads to', async () => {
    await expect(resolver.resolve4('alias.aliasmx.test')).resolves.toEqual(['127.0.0.25'])
  })

  test('an answer too long for UDP comes over TCP', async () => {
    await expect(resolver.resolveMx('many.test')).resolves.toHaveLength(40)
  })
})

describe('faults', () => {
  test('a broken zone fails', async () => {
    await expect(resolver.resolveMx('servfail.test')).rejects.toMatchObject({ code: 'ESERVFAIL' })
  })

  test('a flaky zone fails as often as it should, for each type apart', async () => {
    for (let count = 0; count < 6; count++) {
      await expect(resolver.resolveMx('flaky.test')).rejects.toMatchObject({ code: 'ESERVFAIL' })
    }
    await expect(resolver.resolveMx('flaky.test')).resolves.toHaveLength(1)
    await expect(resolver.resolve4('flaky.test')).rejects.toMatchObject({ code: 'ESERVFAIL' })
  })

  test('a silent zone never answers', async () => {
    await expect(resolver.resolveMx('silent.test')).rejects.toMatchObject({ code: 'ETIMEOUT' })
    expect(dns.queries).toBe(1)
  })

  test('a slow zone answers late', async () => {
    dns.setZones({ 'late.test': { a: ['127.0.0.1'], fault: { kind: 'slow', delay: 100 } } })
    const begin = performance.now()
    await expect(resolver.resolve4('late.test')).resolves.toEqual(['127.0.0.1'])
    expect(performance.now() - begin).toBeGreaterThan(90)
  })
})

test('new zones are answered at once', async () => {
  dns.setZones({ 'new.test': { a: ['192.0.2.1'], txt: ['hello'] } })
  await expect(resolver.resolve4('new.test')).resolves.toEqual(['192.0.2.1'])
  await expect(resolver.resolveTxt('new.test')).resolves.toEqual([['hello']])
  await expect(resolver.resolveMx('good.test')).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

test('a taken port is told with what to do', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await expect(startLabDns({ address: '127.0.0.1', port, zones })).rejects.toThrow(
    `the test DNS cannot listen on 127.0.0.1:${port}: another program listens there`,
  )
  taken.close()
})

test('closing twice is as good as once', async () => {
  await dns.close()
  await dns.close()
})
