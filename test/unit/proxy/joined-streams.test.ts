import { PassThrough, duplexPair } from 'node:stream'
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
  client.end('question')
  const heard: string[] = []
  for await (const chunk of server) heard.push(String(chunk))
  // The client has ended; the other direction is still open.
  server.end('a longer answer')
  for await (const chunk of client) heard.push(String(chunk))
  expect(heard).toEqual(['question', 'a longer answer'])
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
  const { clock, client, server, clientSide, joined } = setUp()
  clock.advance(900)
  client.write('x')
  for await (const chunk of server) {
    expect(String(chunk)).toBe('x')
    break
  }
  expect(await joined).toMatchObject({ fault: 'the connection was cut' })
  const quiet = new PassThrough()
  const later = joinStreams(quiet, new PassThrough(), { clock, idleTimeout: 1000 })
  clock.advance(999)
  expect(quiet.destroyed).toBe(false)
  clock.advance(1)
  expect(await later).toMatchObject({ fault: 'nothing moved for too long' })
  expect(clientSide.destroyed).toBe(true)
})

test('is over at once when one side is already gone', async () => {
  const gone = new PassThrough()
  gone.destroy()
  const other = new PassThrough()
  const joined = joinStreams(other, gone, { clock: new FakeClock(), idleTimeout: 1000 })
  expect(await joined).toMatchObject({ fault: 'the connection was cut' })
  expect(other.destroyed).toBe(true)
})
