import { once } from 'node:events'
import type { Socket } from 'node:net'
import { type Packet, TCPServer, UDPServer } from 'dns2'
import { type Timer, systemClock } from '../base/clock.ts'
import type { Milliseconds } from '../base/time-span.ts'
import { bindError } from './bind-error.ts'
import { answerFrom, nameIn, servfail } from './dns-answer.ts'
import type { DnsZones } from './dns-zone.ts'

export interface LabDnsOptions {
  readonly address: string
  /** 0: any free port, the same for UDP and TCP. */
  readonly port: number
  readonly zones: DnsZones
}

/** A DNS server with a zone literal and scripted faults. */
export interface LabDns extends AsyncDisposable {
  readonly address: string
  readonly port: number
  /** Queries received so far. */
  readonly queries: number
  /** Replaces all that the server knows; counted faults start anew. */
  setZones(zones: DnsZones): void
  close(): Promise<void>
}

type Send = (response: Packet) => unknown

/** How often another port is tried when the one that UDP was given is taken on TCP. */
const portAttempts = 10

/** Starts the test DNS on UDP and TCP; rejects with a sentence for the user when it cannot listen. */
export async function startLabDns({ address, port, zones }: LabDnsOptions): Promise<LabDns> {
  for (let attempt = 1; ; attempt++) {
    const server = new ScriptedDns(zones)
    try {
      await server.listen(address, port)
      return server
    } catch (error) {
      await server.close()
      if (port !== 0 || attempt === portAttempts) {
        throw bindError('the test DNS', { address, port }, error)
      }
    }
  }
}

class ScriptedDns implements LabDns {
  readonly #udp = new UDPServer()
  readonly #tcp = new TCPServer()
  readonly #connections = new Set<Socket>()
  readonly #delayed = new Set<Timer>()
  /** Answers withheld so far, by name and type. */
  readonly #failures = new Map<string, number>()
  #zones: DnsZones
  #bound = { address: '', port: 0 }
  #queries = 0
  #closing: Promise<unknown> | undefined

  constructor(zones: DnsZones) {
    this.#zones = zones
    for (const server of [this.#udp, this.#tcp]) {
      server.on('request', (request: Packet, send: Send) => this.#receive(request, send))
      // Nobody waits for an answer to what is no query, or when the client went away.
      server.on('requestError', () => undefined)
      server.on('error', () => undefined)
    }
    this.#tcp.on('connection', (socket: Socket) => {
      this.#connections.add(socket)
      socket.on('close', () => this.#connections.delete(socket))
    })
  }

  get address(): string {
    return this.#bound.address
  }

  get port(): number {
    return this.#bound.port
  }

  get queries(): number {
    return this.#queries
  }

  async listen(address: string, port: number): Promise<void> {
    this.#udp.bind(port, address)
    await once(this.#udp, 'listening')
    this.#bound = this.#udp.address()
    this.#tcp.listen(this.#bound.port, address)
    await once(this.#tcp, 'listening')
  }

  setZones(zones: DnsZones): void {
    this.#zones = zones
    this.#failures.clear()
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #close(): Promise<unknown> {
    for (const timer of this.#delayed) timer.cancel()
    for (const socket of this.#connections) socket.destroy()
    return Promise.all([
      new Promise<void>((resolve) => this.#udp.close(resolve)),
      new Promise<void>((resolve) => this.#tcp.close(() => resolve())),
    ])
  }

  #receive(request: Packet, send: Send): void {
    this.#queries++
    const name = request.questions[0]?.name ?? ''
    const fault = nameIn(this.#zones, name)?.fault
    if (fault?.kind === 'drop') return
    if (fault?.kind === 'slow') {
      this.#later(fault.delay, () => this.#send(answerFrom(this.#zones, request), send))
      return
    }
    const fails =
      fault?.kind === 'servfail' ||
      (fault?.kind === 'servfail-then-good' && this.#withholds(request, fault.count))
    this.#send(fails ? servfail(request) : answerFrom(this.#zones, request), send)
  }

  #later(delay: Milliseconds, action: () => void): void {
    const timer = systemClock.after(delay, () => {
      this.#delayed.delete(timer)
      action()
    })
    this.#delayed.add(timer)
  }

  #withholds(request: Packet, count: number): boolean {
    const question = request.questions
      .map(({ name, type }) => `${name.toLowerCase()} ${type}`)
      .join()
    const failures = this.#failures.get(question) ?? 0
    if (failures >= count) return false
    this.#failures.set(question, failures + 1)
    return true
  }

  #send(response: Packet, send: Send): void {
    if (this.#closing !== undefined) return
    // Over UDP `send` is asynchronous; a lost answer is the client's to ask for again.
    void Promise.resolve(send(response)).catch(() => undefined)
  }
}
