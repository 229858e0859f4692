import { once } from 'node:events'
import { Packet, UDPServer } from 'dns2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { LiveValue } from '../../src/base/live.ts'
import { completed } from '../../src/dns/caching-resolver.ts'
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
  'late.both.test': [
    { type: A, data: { address: '192.0.2.3' } },
    { type: AAAA, data: { address: '2001:db8::3' } },
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

/** Questions for `late.` names in the family that is held wait here. */
const held: (() => void)[] = []
let heldType: number = AAAA

const server = new UDPServer()
const troubled = new UDPServer()
let queries = 0
let resolver: Resolver
/** What the troubled server answers, whatever it is asked. */
let trouble: number = Packet.RCODE.SERVFAIL

function refuse(request: Packet): Packet {
  const response = Packet.createResponseFromRequest(request)
  response.header.rcode = trouble
  return response
}

async function listen(on: UDPServer, respond: (request: Packet) => Packet): Promise<void> {
  on.on('request', (request: Packet, send: (response: Packet) => unknown) => {
    const tell = () => void Promise.resolve(send(respond(request))).catch(() => undefined)
    const [question] = request.questions
    if (question?.name.startsWith('late.') === true && question.type === heldType) held.push(tell)
    else tell()
  })
  on.bind(0, '127.0.0.1')
  await once(on, 'listening')
}

const addressOf = (one: UDPServer) => `127.0.0.1:${one.address().port}`
const resolverAt = (...servers: readonly UDPServer[]) =>
  nodeResolver(new LiveValue(servers.map(addressOf)), systemClock)

beforeAll(async () => {
  await listen(server, (request) => {
    queries++
    return answer(request)
  })
  await listen(troubled, refuse)
  resolver = resolverAt(server)
})

afterAll(() =>
  Promise.all([server, troubled].map((one) => new Promise<void>((done) => one.close(done)))),
)

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

test.each([
  ['AAAA', AAAA, '192.0.2.3', '2001:db8::3'],
  ['A', A, '2001:db8::3', '192.0.2.3'],
])('addresses are there before a late answer for %s', async (_, type, known, late) => {
  heldType = type
  held.length = 0
  const own = resolverAt(server)
  const begun = await own.addresses('late.both.test')
  expect(begun).toMatchObject({ kind: 'found', records: [known] })
  for (const tell of held) tell()
  expect(await completed(begun)).toEqual({ kind: 'found', records: [known, late] })
  expect(await own.addresses('late.both.test')).toEqual({
    kind: 'found',
    records: ['192.0.2.3', '2001:db8::3'],
  })
})

describe.each([
  ['SERVFAIL', Packet.RCODE.SERVFAIL],
  ['REFUSED', Packet.RCODE.REFUSED],
  ['NOTIMP', Packet.RCODE.NOTIMP],
])('a first server that answers %s', (_, rcode) => {
  test('leaves the word to the next one', async () => {
    trouble = rcode
    const both = resolverAt(troubled, server)
    expect(await both.mx('null.test')).toMatchObject({ kind: 'found' })
    expect(await both.addresses('both.test')).toMatchObject({
      records: ['192.0.2.1', '2001:db8::1'],
    })
    expect(await both.mx('nothing.test')).toEqual({ kind: 'nonexistent' })
    expect(await both.mx('both.test')).toEqual({ kind: 'empty' })
  })

  test('is told when no other knows better', async () => {
    trouble = rcode
    expect(await resolverAt(troubled, troubled).mx('good.test')).toMatchObject({ kind: 'failed' })
  })
})
