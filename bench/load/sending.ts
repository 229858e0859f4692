import { createSecureContext } from 'node:tls'
import { ClientSession, type PreparedMail, type TlsMemory } from './client-session.ts'
import { bodyOf, headerOf, monotonicMs, sender } from './numbered-message.ts'
import { randomMoments } from './random-moments.ts'
import type { SendOrder, SendReport } from './orders.ts'

/** Carries out one order; resolves with its report. */
export function carryOut(order: SendOrder): Promise<SendReport> {
  return new Sending(order).finished
}

class Sending {
  readonly #order: SendOrder
  readonly #body: Buffer
  readonly #envelopes: readonly Envelope[]
  readonly #tls: TlsMemory = { context: createSecureContext(), session: undefined }
  readonly #sessions = new Set<ClientSession>()
  /** Sessions that can take a message. */
  readonly #idle: ClientSession[] = []
  readonly #answered: number[] = []
  readonly #report = Promise.withResolvers<SendReport>()
  /** With a rate: when each message is due, by performance.now. */
  #due: readonly number[] = []
  /** Messages that may be sent by now. */
  #available = 0
  #begun = 0
  #opened = 0
  #lag = 0

  constructor(order: SendOrder) {
    this.#order = order
    this.#body = bodyOf(order.bytes)
    this.#envelopes = order.recipients.map(envelopeOf)
    if (order.rate === undefined) this.#available = order.messages
    for (let n = 0; n < Math.min(order.sessions, order.messages); n++) this.#open()
  }

  get finished(): Promise<SendReport> {
    return this.#report.promise
  }

  #open(): void {
    this.#opened++
    const session = new ClientSession({
      order: this.#order,
      tls: this.#tls,
      onReady: (ready) => this.#ready(ready),
      onAnswered: (ready, after) => this.#done(ready, after),
      onClosed: () => this.#closed(session),
      onFailed: (reason) => this.#end({ kind: 'failed', reason }),
    })
    this.#sessions.add(session)
  }

  #ready(session: ClientSession): void {
    const { rate, messages } = this.#order
    this.#idle.push(session)
    const all = this.#idle.length === this.#sessions.size
    if (rate !== undefined && this.#due.length === 0 && all) {
      this.#due = randomMoments({ rate, count: messages, from: performance.now() })
      this.#tick()
    }
    this.#sendAvailable()
  }

  #tick(): void {
    const now = performance.now()
    while ((this.#due[this.#available] ?? Infinity) <= now) this.#available++
    this.#sendAvailable()
    if (this.#available < this.#due.length) setTimeout(() => this.#tick(), 1)
  }

  #sendAvailable(): void {
    while (this.#begun < this.#available) {
      const session = this.#idle.shift()
      if (session === undefined) return
      const due = this.#due[this.#begun]
      if (due !== undefined) this.#lag = Math.max(this.#lag, performance.now() - due)
      session.send(this.#mail(this.#begun++))
    }
  }

  #done(session: ClientSession, after: number): void {
    this.#answered.push(after)
    if (this.#answered.length === this.#order.messages) {
      this.#end({ kind: 'sent', answered: this.#answered, lag: this.#lag })
    } else if (this.#order.kept) {
      this.#ready(session)
    } else {
      session.quit()
    }
  }

  #closed(session: ClientSession): void {
    this.#sessions.delete(session)
    if (!this.#order.kept && this.#opened < this.#order.messages) this.#open()
  }

  #mail(number: number): PreparedMail {
    const { octets, recipients } = this.#envelopes[number % this.#envelopes.length] ?? nobody
    const { round } = this.#order
    return {
      envelope: octets,
      recipients,
      writeContent: (socket) => {
        socket.write(headerOf({ round, number, sentAt: monotonicMs() }), 'latin1')
        socket.write(this.#body)
      },
    }
  }

  #end(report: SendReport): void {
    this.#report.resolve(report)
    for (const session of this.#sessions) {
      if (report.kind === 'sent') session.quit()
      else session.destroy()
    }
  }
}

interface Envelope {
  readonly octets: Buffer
  readonly recipients: number
}

const nobody: Envelope = { octets: Buffer.alloc(0), recipients: 0 }

function envelopeOf(recipients: readonly string[]): Envelope {
  const lines = recipients.map((address) => `RCPT TO:<${address}>\r\n`)
  const octets = Buffer.from(`MAIL FROM:<${sender}>\r\n${lines.join('')}DATA\r\n`)
  return { octets, recipients: recipients.length }
}
