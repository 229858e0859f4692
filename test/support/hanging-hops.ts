import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'

/** Where a next hop stops answering. */
export type HangingStage = 'greeting' | 'EHLO' | 'STARTTLS' | 'MAIL' | 'RCPT' | 'DATA' | 'final-dot'

const offersTls = '250-hang.test\r\n250 STARTTLS'
const answers: Readonly<Record<string, string>> = {
  EHLO: '250 hang.test',
  DATA: '354 Go on',
  QUIT: '221 2.0.0 Bye',
}

/**
 * One server at all addresses of the machine that takes connections, speaks SMTP up to a stage, and then says
 * nothing more; it keeps nothing of what it hears.
 */
export class HangingHops implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Connections by the address that was dialled, now. */
  readonly held = new Map<string, number>()
  /** The most connections that one address held at a time. */
  mostHeld = 0
  connections = 0
  /** The most that were open at a time. */
  mostOpen = 0

  private constructor(stage: HangingStage) {
    this.#server = createServer((socket) => this.#serve(socket, stage))
  }

  static async start(stage: HangingStage, port: number): Promise<HangingHops> {
    const hops = new HangingHops(stage)
    hops.#server.listen({ port, host: '0.0.0.0', backlog: 4096 })
    await once(hops.#server, 'listening')
    return hops
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get open(): number {
    return this.#sockets.size
  }

  /** Does nothing the second time. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: Socket, stage: HangingStage): void {
    const address = socket.localAddress ?? ''
    const held = (this.held.get(address) ?? 0) + 1
    this.held.set(address, held)
    this.mostHeld = Math.max(this.mostHeld, held)
    this.connections++
    this.#sockets.add(socket)
    this.mostOpen = Math.max(this.mostOpen, this.open)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      this.held.set(address, (this.held.get(address) ?? 0) - 1)
    })
    if (stage === 'greeting') socket.resume()
    else speakUpTo(socket, stage)
  }
}

/** Answers command by command up to the one of the stage; the content is read and not answered. */
function speakUpTo(socket: Socket, stage: HangingStage): void {
  socket.write('220 hang.test ESMTP\r\n')
  let text = ''
  const onData = (chunk: Buffer) => {
    text += chunk.toString('latin1')
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
      const verb = text.slice(0, end).split(' ', 1)[0] ?? ''
      text = text.slice(end + 2)
      const answer = verb === 'EHLO' && stage === 'STARTTLS' ? offersTls : answers[verb]
      if (verb === stage) return
      socket.write(`${answer ?? '250 2.0.0 OK'}\r\n`)
      if (verb === 'DATA') socket.off('data', onData).resume()
    }
  }
  socket.on('data', onData)
}
