import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { agentBench, agentCopy, leftContent } from '../support/agent-bench.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testCertificate } from '../support/test-certificate.ts'

interface Received {
  readonly headers: http.IncomingHttpHeaders
  readonly raw: readonly string[]
  readonly body: string
}

/** An endpoint that keeps what it is sent. */
async function endpoint(
  answer: http.RequestListener,
  make: (listener: http.RequestListener) => http.Server = (listener) => http.createServer(listener),
) {
  const received: Received[] = []
  let connections = 0
  const server = make((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () =>
      received.push({
        headers: request.headers,
        raw: request.rawHeaders,
        body: Buffer.concat(chunks).toString(),
      }),
    )
    answer(request, response)
  })
  server.on('connection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { received, port, connections: () => connections, host: `127.0.0.1:${port}` }
}

/** Answers when all has come. */
const answering =
  (status: number, text = '', headers: http.OutgoingHttpHeaders = {}): http.RequestListener =>
  (request, response) => {
    request.on('end', () => response.writeHead(status, headers).end(text))
  }

const { message } = agentCopy('a@app.test')

const post = (url: string, settings: Readonly<Record<string, string>> = {}) =>
  agentBench({ DeliveryProtocol: 'http-post', Settings: { Url: url, ...settings } })

test('messages go over one connection, with their envelopes and without what the organisation keeps', async () => {
  const server = await endpoint(answering(200))
  const bench = post(`http://${server.host}/in?x=1`)
  const { end, results } = await bench.serve(
    agentCopy('a@app.test', 'b@app.test'),
    agentCopy('c@app.test'),
  )
  expect(end).toEqual({ kind: 'served' })
  expect(results).toEqual(
    ['a', 'b', 'c'].map((name) => `delivered ${name}@app.test 250 2.0.0 HTTP 200 OK`),
  )
  expect(server.connections()).toBe(1)
  const [first] = server.received
  expect(first?.body).toBe(leftContent)
  expect(first?.headers).toMatchObject({
    'content-type': 'message/rfc822',
    'content-length': String(leftContent.length),
    'x-envelope-from': 'sender@edge.test',
  })
  const named = first?.raw.filter((_, at) => first.raw[at - 1]?.toLowerCase() === 'x-envelope-to')
  expect(named).toEqual(['a@app.test', 'b@app.test'])
  expect(first?.headers.authorization).toBeUndefined()
})

test('a token is read for each message, and never told', async () => {
  const file = join(await tempFolder(), 'token')
  await writeFile(file, 's3cret\n')
  const server = await endpoint((request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(403).end(`no: ${request.headers.authorization}`))
  })
  const { results } = await post(`http://${server.host}/`, { TokenFile: file }).serve(
    agentCopy('a@app.test'),
  )
  expect(server.received[0]?.headers.authorization).toBe('Bearer s3cret')
  expect(results).toEqual(['failed a@app.test 550 5.7.1 HTTP 403 Forbidden: no: Bearer …'])
})

test('without its token nothing is sent', async () => {
  const server = await endpoint(answering(200))
  const { end, lane } = await post(`http://${server.host}/`, { TokenFile: '/nowhere/token' }).serve(
    agentCopy('a@app.test'),
  )
  expect(end).toMatchObject({
    kind: 'unreachable',
    error: expect.stringMatching(/^451 4\.3\.5 The TokenFile cannot be read: ENOENT/) as unknown,
  })
  expect(lane.returned).toHaveLength(1)
  expect(server.received).toEqual([])
})

test('a message that the endpoint puts off holds no other up', async () => {
  let count = 0
  const server = await endpoint((request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(count++ === 0 ? 500 : 200).end('first fails'))
  })
  const { end, results } = await post(`http://${server.host}/`).serve(
    agentCopy('a@app.test'),
    agentCopy('b@app.test'),
  )
  expect(end).toEqual({ kind: 'served' })
  expect(results).toEqual([
    'retry a@app.test 451 4.3.0 HTTP 500 Internal Server Error: first fails',
    'delivered b@app.test 250 2.0.0 HTTP 200 OK',
  ])
})

test('an endpoint that has too much gets nothing more, for as long as it says', async () => {
  const server = await endpoint(answering(429, 'slow down', { 'Retry-After': '7' }))
  const { end, lane } = await post(`http://${server.host}/`).serve(
    agentCopy('a@app.test'),
    agentCopy('b@app.test'),
  )
  expect(end).toEqual({
    kind: 'unreachable',
    error: '451 4.4.0 HTTP 429 Too Many Requests: slow down',
    retryIn: 7000,
    remoteHost: '127.0.0.1 (127.0.0.1)',
  })
  expect(server.received).toHaveLength(1)
  expect(lane.returned).toHaveLength(1)
})

test('many recipients are named in several requests, and who has an answer keeps it', async () => {
  const names = Array.from({ length: 200 }, (_, at) => `recipient-number-${at}@app.test`)
  let count = 0
  const server = await endpoint((request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(count++ < 2 ? 200 : 503).end())
  })
  const { end, lane } = await post(`http://${server.host}/`).serve(agentCopy(...names))
  const results = lane.reports[0]?.results ?? []
  expect(end).toMatchObject({ kind: 'unreachable' })
  expect(server.received).toHaveLength(3)
  expect(results.map(({ recipient }) => recipient.address)).toEqual(names)
  const delivered = results.filter(({ outcome }) => outcome === 'delivered').length
  expect(delivered).toBeGreaterThan(100)
  expect(results.slice(delivered).every(({ outcome }) => outcome === 'retry')).toBe(true)
})

/** A message of 50 MB on its way to the endpoint; `read` says how much of it was asked for. */
function largeMessage(host: string) {
  const large = Buffer.alloc(256 * 1024, 'x\r\n')
  let read = 0
  const store = {
    readHeader: () => Buffer.from('Subject: Test\r\n'),
    readBody: () => (++read <= 200 ? large : undefined),
  }
  const Settings = { Url: `http://${host}/` }
  const size = 15 + 200 * large.length
  const copy = { ...agentCopy('a@app.test'), message: { ...message, size } }
  const begun = agentBench({ DeliveryProtocol: 'http-post', Settings }, { store }).begin(copy)
  return { ...begun, read: () => read, size }
}

test('an answer that refuses before all is sent counts, and the rest is not sent', async () => {
  const server = await endpoint((request, response) => {
    request.pause()
    response.writeHead(413, { Connection: 'close' }).end('too large')
  })
  const { served, lane, read } = largeMessage(server.host)
  expect(await served).toEqual({ kind: 'served' })
  expect(lane.results).toEqual([
    'failed a@app.test 552 5.3.4 HTTP 413 Payload Too Large: too large',
  ])
  expect(read()).toBeLessThan(200)
})

test('an answer that takes the message before all is sent counts when all is', async () => {
  const server = await endpoint((_, response) => response.writeHead(200).end('thanks'))
  const { served, lane, size } = largeMessage(server.host)
  expect(await served).toEqual({ kind: 'served' })
  expect(lane.results).toEqual(['delivered a@app.test 250 2.0.0 HTTP 200 OK'])
  await expect.poll(() => server.received[0]?.body.length).toBe(size)
})

test('an answer that takes the message and hangs up before all is sent does not count', async () => {
  const server = await endpoint((request, response) => {
    request.pause()
    response.writeHead(200, { Connection: 'close' }).end('thanks', () => request.socket.destroy())
  })
  const { served, lane } = largeMessage(server.host)
  expect(await served).toMatchObject({ kind: 'unreachable' })
  expect(lane.results).toEqual([])
  expect(lane.returned).toHaveLength(1)
})

test('an address that no field can hold fails, and no field is added by it', async () => {
  const server = await endpoint(answering(200))
  const { results } = await post(`http://${server.host}/`).serve(
    agentCopy('"a\r\nAuthorization: x"@app.test', 'b@app.test'),
  )
  expect(results[0]).toMatch(/^failed .* 501 5\.1\.3 Invalid address$/s)
  expect(results[1]).toBe('delivered b@app.test 250 2.0.0 HTTP 200 OK')
  expect(server.received[0]?.headers.authorization).toBeUndefined()
})

describe('an endpoint is of no use now that', () => {
  test('does not answer', async () => {
    const server = await endpoint(() => undefined)
    const { end } = await post(`http://${server.host}/`, { TimeLimit: '00:00:01' }).serve(
      agentCopy('a@app.test'),
    )
    expect(end).toMatchObject({ error: `451 4.4.1 ${server.host}: no answer within 1 s` })
  })

  test('hangs up', async () => {
    const server = await endpoint((request) => request.socket.destroy())
    const { end, lane } = await post(`http://${server.host}/`).serve(agentCopy('a@app.test'))
    expect(end).toMatchObject({ kind: 'unreachable' })
    expect(lane.returned).toHaveLength(1)
  })

  test('is given up for others', async () => {
    const server = await endpoint(() => lane.watched?.giveUp('other mail waits'))
    const { lane, served } = post(`http://${server.host}/`).begin(agentCopy('a@app.test'))
    expect(await served).toMatchObject({ error: `451 4.4.1 ${server.host}: other mail waits` })
  })

  test('refuses connections', async () => {
    const { end } = await post('http://127.0.0.1:9/').serve(agentCopy('a@app.test'))
    expect(end).toMatchObject({ error: expect.stringContaining('ECONNREFUSED') as unknown })
  })

  test('has a certificate that nobody vouches for', async () => {
    const certificate = await testCertificate(['app.test'])
    const make = (listener: http.RequestListener) => https.createServer(certificate, listener)
    const server = await endpoint(answering(200), make)
    const { end } = await post(`https://${server.host}/`).serve(agentCopy('a@app.test'))
    expect(end).toMatchObject({ error: expect.stringMatching(/^451 4\.7\.5 /) as unknown })
    expect(server.received).toEqual([])
  })
})
