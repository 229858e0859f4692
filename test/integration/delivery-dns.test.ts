import { once } from 'node:events'
import { Packet, UDPServer } from 'dns2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { LiveValue } from '../../src/base/live.ts'
import { nodeResolver } from '../../src/dns/node-resolver.ts'
import type { Resolver } from '../../src/dns/resolver.ts'

const { MX, A, AAAA } = Packet.TYPE
const records: Readonly<Record<string, readonly { type: number; data: object }[]>> = {
  'good.test': [
    { type: MX, data: { priority: 20, exchange: 'MX2.good.test' } },
    { type: MX, data: { priority: 10, exchange: 'mx1.good.test' } },
  ],
  'null.test': [{ type: MX, data: { priority: 0, exchange: '' } }],
  'both.test': [
    { type: A, data: { address: '192.0.2.1' } },
    { type: AAAA, data: { address: '2001:db8::1' } },
  ],
  'xn--bcher-kva.test': [{ type: A, data: { address: '192.0.2.2' } }],
}

/** Names below `servfail.test` fail, names that are not listed do not exist. */
function answer(request: Packet): Packet {
  const response = Packet.createResponseFromRequest(request)
  const [question] = request.questions
  const name = question?.name ?? ''
  if (name.endsWith('servfail.test')) response.header.rcode = Packet.RCODE.SERVFAIL
  else if (records[name] === undefined) response.header.rcode = Packet.RCODE.NXDOMAIN
  for (const { type, data } of records[name] ?? [])
    if (question?.type === type)
      response.answers.push(Packet.createResourceFromQuestion(question, { ttl: 60, ...data }))
  return response
}

const server = new UDPServer()
let queries = 0
let resolver: Resolver

beforeAll(async () => {
  server.on('request', (request: Packet, send: (response: Packet) => unknown) => {
    queries++
    void Promise.resolve(send(answer(request))).catch(() => undefined)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  resolver = nodeResolver(new LiveValue([`127.0.0.1:${server.address().port}`]), systemClock)
})

afterAll(() => new Promise<void>((resolve) => server.close(resolve)))

describe('look-ups at a server with a port of its own', () => {
  test('find mail exchangers in lower case', async () => {
    expect(await resolver.mx('good.test')).toEqual({
      kind: 'found',
      records: [
        { preference: 20, exchange: 'mx2.good.test' },
        { preference: 10, exchange: 'mx1.good.test' },
      ],
    })
  })

  test('tell a null MX', async () => {
    expect(await resolver.mx('null.test')).toEqual({
      kind: 'found',
      records: [{ preference: 0, exchange: '' }],
    })
  })

  test('find addresses of both families, and those of an international name', async () => {
    expect(await resolver.addresses('both.test')).toEqual({
      kind: 'found',
      records: ['192.0.2.1', '2001:db8::1'],
    })
    expect(await resolver.addresses('bücher.test')).toMatchObject({ records: ['192.0.2.2'] })
  })

  test.each([
    ['nothing.test', 'nonexistent'],
    ['a..test', 'nonexistent'],
    [`${'x'.repeat(64)}.test`, 'nonexistent'],
    ['both.test', 'empty'],
    ['servfail.test', 'failed'],
  ])('tell that %s is %s', async (name, kind) => {
    expect(await resolver.mx(name)).toMatchObject({ kind })
  })

  test('are not repeated while the answer lives', async () => {
    await resolver.mx('good.test')
    const before = queries
    await resolver.mx('good.test')
    expect(queries).toBe(before)
  })
})
