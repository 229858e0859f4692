import { once } from 'node:events'
import { type Socket, connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { SharedCounts } from '../../src/base/shared-counts.ts'
import { ListenError, Listener } from '../../src/receive/listener.ts'
import { SharedPorts } from '../../src/receive/shared-ports.ts'

const host = '127.0.116.60'

/** A process of a service whose siblings say that they have these ports. */
function ports(held: ReadonlySet<number>) {
  const told = new Map<string, number>()
  const siblings: SharedCounts = {
    ofOthers: (key) => (held.has(Number(key.split('\0')[1])) ? 1 : 0),
    tell: (key, own) => void told.set(key, own),
  }
  return { shared: new SharedPorts(siblings, systemClock), told }
}

const events = { accepted: (socket: Socket) => socket.destroy(), failed: () => undefined }

test('a port that another program shares with anyone is told as taken, unless one of us has it', async () => {
  const other = createServer().listen({ host, port: 2581, reusePort: true })
  await once(other, 'listening')
  const binding = { address: host, port: 2581 }
  await expect(Listener.open(binding, events, ports(new Set()).shared)).rejects.toThrow(ListenError)
  const listener = await Listener.open(binding, events, ports(new Set([2581])).shared)
  expect(listener?.port).toBe(2581)
  listener?.close()
  other.close()
})

test('connections to a shared port are spread, and its holders are counted', async () => {
  const binding = { address: host, port: 2582 }
  const held = new Set<number>()
  const taken = [0, 0]
  const open = async (which: number) => {
    const { shared, told } = ports(held)
    const accepted = (socket: Socket) => {
      taken[which] = (taken[which] ?? 0) + 1
      socket.destroy()
    }
    const listener = await Listener.open(binding, { ...events, accepted }, shared)
    held.add(binding.port)
    return { listener, told }
  }
  const both = [await open(0), await open(1)]
  for (let n = 0; n < 60; n++) {
    const client = connect(binding.port, host)
    await once(client.resume(), 'close')
  }
  expect((taken[0] ?? 0) + (taken[1] ?? 0)).toBe(60)
  expect(Math.min(...taken)).toBeGreaterThan(5)
  for (const { listener } of both) listener?.close()
  for (const { listener } of both) listener?.close()
  expect(both.map(({ told }) => [...told.values()])).toEqual([[0], [0]])
})
