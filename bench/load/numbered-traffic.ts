import { RunFailed } from '../result.ts'
import type { Place } from '../mail-server.ts'
import { type Done, type Order, type Traffic, patience } from '../traffic.ts'
import type { SendOrder, SendReport, SinkOrder, SinkReport } from './orders.ts'
import { Worker } from './worker.ts'

/** How the generator sends, whatever the server. */
export type Manner = Pick<SendOrder, 'bytes' | 'kept' | 'tls' | 'user' | 'recipients' | 'rate'>

export interface TrafficOptions {
  readonly places: readonly Place[]
  /** The sink offers STARTTLS. */
  readonly certificate?: { readonly cert: string; readonly key: string }
  readonly manner: Manner
}

/** Latencies of one order, in milliseconds. */
export interface Latencies {
  readonly answered: readonly number[]
  readonly travelled: readonly number[]
  /** How much too late the open-loop sender was, at most. */
  readonly lag: number
}

/** Our own generator and sink, for what smtp-source and smtp-sink cannot do. */
export class NumberedTraffic implements Traffic {
  readonly #generator = new Worker<SendOrder, SendReport>(new URL('generator.ts', import.meta.url))
  readonly #sink = new Worker<SinkOrder, SinkReport>(new URL('sink.ts', import.meta.url))
  readonly #manner: Manner
  #round = 0
  #arrived = 0
  #latencies: Latencies = { answered: [], travelled: [], lag: 0 }

  private constructor(manner: Manner) {
    this.#manner = manner
  }

  static async start(
    { places, certificate, manner }: TrafficOptions,
    signal: AbortSignal,
  ): Promise<NumberedTraffic> {
    const traffic = new NumberedTraffic(manner)
    traffic.#sink.tell({ kind: 'listen', places, ...(certificate && { certificate }) })
    const report = await traffic.#sink.report(patience, signal)
    if (report?.kind === 'listens') return traffic
    await traffic[Symbol.asyncDispose]()
    throw new Error(`the sink does not listen: ${JSON.stringify(report)}`)
  }

  get arrived(): number {
    return this.#arrived
  }

  /** Of the last order. */
  get latencies(): Latencies {
    return this.#latencies
  }

  async run(order: Order, signal: AbortSignal): Promise<Done> {
    return await this.#send(order, this.#manner, { signal })
  }

  /**
   * The same programs sending in another manner. `reached` says which of its recipient lists lead
   * somewhere; nobody waits for the arrival of the others.
   */
  inManner(manner: Manner, reached: (list: number) => boolean = everyList): Traffic {
    const current = () => this.#arrived
    return {
      get arrived() {
        return current()
      },
      run: (order, signal) => this.#send(order, manner, { signal, reached }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  }

  async #send(
    order: Order,
    manner: Manner,
    { signal, reached = everyList }: SendControl,
  ): Promise<Done> {
    const round = ++this.#round
    const { recipients } = manner
    let arrivals = 0
    for (let n = 0; n < order.messages; n++) {
      const list = n % recipients.length
      if (reached(list)) arrivals += recipients[list]?.length ?? 0
    }
    const most = Math.max(...recipients.map(({ length }) => length))
    this.#arrived = 0
    this.#sink.tell({
      ...{ kind: 'expect', round, arrivals, latencies: true },
      ...{ messages: order.messages, recipients: most },
    })
    const started = performance.now()
    this.#generator.tell({ ...order, ...manner, round })
    const ended = new AbortController()
    const either = AbortSignal.any([signal, ended.signal])
    const since = () => performance.now() - started
    try {
      const [accepted, arrived] = await Promise.all([
        this.#sent(either).then((report) => ({ ...report, at: since() })),
        this.#complete(arrivals, either).then((report) => ({ ...report, at: since() })),
      ])
      const { answered, lag } = accepted
      this.#latencies = { answered, lag, travelled: arrived.travelled }
      return { accepted: accepted.at, arrived: arrived.at }
    } finally {
      ended.abort(new RunFailed('the other side failed'))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#generator[Symbol.asyncDispose](), this.#sink[Symbol.asyncDispose]()])
  }

  async #sent(signal: AbortSignal): Promise<Extract<SendReport, { kind: 'sent' }>> {
    // Whether mail still flows is for the sink to tell.
    const report = await this.#generator.report(longest, signal)
    if (report?.kind === 'sent') return report
    throw new RunFailed(report?.reason ?? 'the server did not answer all messages')
  }

  async #complete(
    arrivals: number,
    signal: AbortSignal,
  ): Promise<Extract<SinkReport, { kind: 'complete' }>> {
    for (;;) {
      const report = await this.#sink.report(patience, signal)
      switch (report?.kind) {
        case undefined:
          throw new RunFailed(`${this.#arrived} of ${arrivals} arrived`)
        case 'failed':
          throw new RunFailed(report.reason)
        case 'complete':
          this.#arrived = arrivals
          return report
        case 'progress':
          this.#arrived = report.arrived
          break
        case 'listens':
          break
      }
    }
  }
}

const longest = 600_000

interface SendControl {
  readonly signal: AbortSignal
  readonly reached?: (list: number) => boolean
}

const everyList = () => true
