import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** What a name has: the names of its mail exchangers, or IPv4 addresses. */
export type NameAnswer =
  { readonly mx: readonly string[] } | { readonly a: readonly string[] } | undefined

const types = { a: 1, mx: 15 } as const
const headerBytes = 12
/** Points at the name in the question. */
const questionName = Buffer.from([0xc0, headerBytes])
const lifetime = 300

/** A DNS server on UDP whose records are worked out, for more domains than anybody would list. */
export class NameServer implements AsyncDisposable {
  readonly #socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 ** 2 })

  private constructor(answerOf: (name: string, type: 'a' | 'mx') => NameAnswer) {
    this.#socket.on('message', (query, from) => {
      const answer = respond(query, answerOf)
      if (answer !== undefined) this.#socket.send(answer, from.port, from.address)
    })
  }

  static async start(
    { address, port }: { readonly address: string; readonly port: number },
    answerOf: (name: string, type: 'a' | 'mx') => NameAnswer,
  ): Promise<NameServer> {
    const server = new NameServer(answerOf)
    server.#socket.bind(port, address)
    await once(server.#socket, 'listening')
    return server
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()))
  }
}

function respond(
  query: Buffer,
  answerOf: (name: string, type: 'a' | 'mx') => NameAnswer,
): Buffer | undefined {
  const end = query.indexOf(0, headerBytes)
  if (end < 0 || query.length < end + 5) return undefined
  const type = query.readUInt16BE(end + 1)
  const answer =
    type === types.a || type === types.mx
      ? answerOf(nameIn(query.subarray(headerBytes, end)), type === types.a ? 'a' : 'mx')
      : undefined
  const records = type === types.a || type === types.mx ? recordsOf(answer) : []
  const header = Buffer.alloc(headerBytes)
  query.copy(header, 0, 0, 2)
  header.writeUInt16BE(0x8580, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  const parts = records.map((data) => {
    const fixed = Buffer.alloc(10)
    fixed.writeUInt16BE(type, 0)
    fixed.writeUInt16BE(1, 2)
    fixed.writeUInt32BE(lifetime, 4)
    fixed.writeUInt16BE(data.length, 8)
    return Buffer.concat([questionName, fixed, data])
  })
  return Buffer.concat([header, query.subarray(headerBytes, end + 5), ...parts])
}

function recordsOf(answer: NameAnswer): Buffer[] {
  if (answer === undefined) return []
  if ('a' in answer) return answer.a.map((address) => Buffer.from(address.split('.').map(Number)))
  return answer.mx.map((exchange, at) =>
    Buffer.concat([Buffer.from([0, at]), nameOctets(exchange)]),
  )
}

function nameIn(octets: Buffer): string {
  const labels: string[] = []
  for (let at = 0; at < octets.length; at += (octets[at] ?? 0) + 1)
    labels.push(octets.toString('latin1', at + 1, at + 1 + (octets[at] ?? 0)))
  return labels.join('.').toLowerCase()
}

function nameOctets(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`))
  return Buffer.concat([...labels, Buffer.alloc(1)])
}
