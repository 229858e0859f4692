import { once } from 'node:events'
import { type Duplex, PassThrough, duplexPair } from 'node:stream'
import { expect, test } from 'vitest'
import { joinStreams } from '../../../src/proxy/joined-streams.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function setUp() {
  const clock = new FakeClock()
  const [client, clientSide] = duplexPair()
  const [server, serverSide] = duplexPair()
  const joined = joinStreams(clientSide, serverSide, { clock, idleTimeout: 1000 })
  return { clock, client, server, clientSide, serverSide, joined }
}

test('passes both ways and ends when both sides have ended', async () => {
  const { client, server, joined, clock } = setUp()
  const [heardByServer, heardByClient] = [allOf(server), allOf(client)]
  client.end('question')
  expect(await heardByServer).toBe('question')
  // The client has ended; the other direction is still open.
  server.end('a longer answer')
  expect(await heardByClient).toBe('a longer answer')
  expect(await joined).toEqual({ forward: 8, backward: 15 })
  expect(clock.timers).toBe(0)
})

test('stops reading from one side while the other does not take more', async () => {
  const { client, serverSide, joined } = setUp()
  const piece = Buffer.alloc(16 * 1024)
  let written = 0
  while (client.write(piece)) written++
  for (let round = 0; round < 50; round++) {
    await new Promise(setImmediate)
    while (!client.writableNeedDrain && client.write(piece)) written++
  }
  expect(written * piece.length).toBeLessThan(1024 * 1024)
  serverSide.destroy()
  expect(await joined).toMatchObject({ fault: 'the connection was cut' })
})

test('cuts both sides when one breaks', async () => {
  const { client, clientSide, serverSide, joined } = setUp()
  client.on('error', () => undefined)
  clientSide.destroy(new Error('reset by peer'))
  expect(await joined).toEqual({ forward: 0, backward: 0, fault: 'reset by peer' })
  expect(serverSide.destroyed).toBe(true)
})

test('cuts both sides when nothing moves, and not before', async () => {
  const { clock, client, server, clientSide, serverSide, joined } = setUp()
  clock.advance(900)
  client.write('x')
  await once(server, 'data')
  clock.advance(999)
  expect(clientSide.destroyed).toBe(false)
  clock.advance(1)
  expect(await joined).toMatchObject({ forward: 1, fault: 'nothing moved for too long' })
  expect([clientSide.destroyed, serverSide.destroyed]).toEqual([true, true])
})

test('is over at once when one side is already gone', async () => {
  const gone = new PassThrough()
  gone.destroy()
  const other = new PassThrough()
  const joined = joinStreams(other, gone, { clock: new FakeClock(), idleTimeout: 1000 })
  expect(await joined).toMatchObject({ fault: 'the connection was cut' })
  expect(other.destroyed).toBe(true)
})

async function allOf(stream: Duplex): Promise<string> {
  let text = ''
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(stream, 'end')
  return text
}
