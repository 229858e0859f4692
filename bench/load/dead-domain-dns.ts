/**
 * A DNS server in a process of its own: every domain has a mail exchanger of its own, and all of them
 * have the address that is given. Arguments: where to listen, that address, and a port for both.
 */
import { createSocket } from 'node:dgram'

const types = { a: 1, mx: 15 } as const
const headerBytes = 12
const lifetime = 3600
/** Points at the name in the question. */
const sameName = [0xc0, headerBytes]

/** The answer to a query for one name; undefined when the packet is no query. */
export function answerTo(query: Buffer, address: readonly number[]): Buffer | undefined {
  if (query.length < headerBytes || query.readUInt16BE(4) !== 1) return undefined
  const end = query.indexOf(0, headerBytes)
  if (end < 0 || query.length < end + 5) return undefined
  const question = query.subarray(headerBytes, end + 5)
  const data = dataOf(query.readUInt16BE(end + 1), address)
  const header = Buffer.alloc(headerBytes)
  query.copy(header, 0, 0, 2)
  // A response, by an authority, with recursion.
  header.writeUInt16BE(0x8580, 2)
  header.writeUInt16BE(1, 4)
  if (data === undefined) return Buffer.concat([header, question])
  header.writeUInt16BE(1, 6)
  const record = Buffer.alloc(12)
  record.set(sameName)
  query.copy(record, 2, end + 1, end + 5)
  record.writeUInt32BE(lifetime, 6)
  record.writeUInt16BE(data.length, 10)
  return Buffer.concat([header, question, record, data])
}

/** `mx.` before the domain, by preference 10; or the address. */
function dataOf(type: number, address: readonly number[]): Buffer | undefined {
  if (type === types.mx) return Buffer.from([0, 10, 2, ...Buffer.from('mx'), ...sameName])
  return type === types.a ? Buffer.from(address) : undefined
}

if (import.meta.main) {
  const [host = '', dead = '', port = ''] = process.argv.slice(2)
  const address = dead.split('.').map(Number)
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 ** 2 })
  socket.on('message', (query, from) => {
    const answer = answerTo(query, address)
    if (answer !== undefined) socket.send(answer, from.port, from.address)
  })
  socket.bind(Number(port), host, () => void process.send?.({ kind: 'listens' }))
  process.on('disconnect', () => process.exit())
  process.on('SIGINT', () => undefined)
}
