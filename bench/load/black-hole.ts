import { type Socket, connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { SmtpSink } from '../../test/support/smtp-sink.ts'
import type { Place } from '../mail-server.ts'

/** A connection on loopback that has not come about by then never will. */
const patience = 300

/**
 * A host that drops what it is sent: connections to it neither come about nor are refused. It is a
 * smtp-sink that serves a single client, with its queue of connections full.
 */
export class BlackHole implements AsyncDisposable {
  readonly #sink: SmtpSink
  readonly #fillers = new Set<Socket>()
  readonly #place: Place
  #closing = false

  private constructor(sink: SmtpSink, place: Place) {
    this.#sink = sink
    this.#place = place
  }

  static async start(place: Place): Promise<BlackHole> {
    const sink = await SmtpSink.start({ ...place, faults: ['-m', '1'], backlog: 1 })
    const hole = new BlackHole(sink, place)
    while (await hole.#fill());
    return hole
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    for (const socket of this.#fillers) socket.destroy()
    await this.#sink[Symbol.asyncDispose]()
  }

  /** Takes one more place in the queue; false when there was none. */
  async #fill(): Promise<boolean> {
    const socket = connect({ host: this.#place.address, port: this.#place.port })
    this.#fillers.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#fillers.delete(socket)
      // The sink has enough of a silent client after a while.
      if (!this.#closing) void this.#fill()
    })
    const connected = Promise.withResolvers<boolean>()
    socket.once('connect', () => connected.resolve(true))
    return await Promise.race([connected.promise, delay(patience, false)])
  }
}
