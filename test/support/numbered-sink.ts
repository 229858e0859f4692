import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'

/** An SMTP server that counts how often each numbered message arrived. */
export class NumberedSink implements AsyncDisposable {
  /** How often each number arrived whole. */
  readonly arrivals = new Map<number, number>()
  readonly #server: SMTPServer

  private constructor(server: SMTPServer) {
    this.#server = server
  }

  static async start(address: string): Promise<NumberedSink> {
    const server: SMTPServer = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      logger: false,
      onData: (stream, _session, done) => {
        readNumber(stream).then(
          (number) => {
            sink.#count(number)
            done()
          },
          (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
        )
      },
    })
    const sink = new NumberedSink(server)
    server.on('error', () => undefined)
    server.listen(0, address)
    await once(server.server, 'listening')
    return sink
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port
  }

  /** Arrivals beyond the first of each number. */
  get duplicates(): number {
    return [...this.arrivals.values()].reduce((sum, times) => sum + times - 1, 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<undefined>()
    this.#server.close(() => closed.resolve(undefined))
    for (const connection of this.#server.connections) connection.close()
    await closed.promise
  }

  #count(number: number): void {
    this.arrivals.set(number, (this.arrivals.get(number) ?? 0) + 1)
  }
}

/** The number in `X-Number`, provided the message is whole: its last line repeats the number. */
async function readNumber(stream: SMTPServerDataStream): Promise<number> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('latin1')
  const number = /^X-Number: (\d+)\r$/m.exec(text)?.[1]
  if (number === undefined || !text.endsWith(`end of ${number}\r\n`)) {
    throw new Error('a message arrived mutilated')
  }
  return Number(number)
}
