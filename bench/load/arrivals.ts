import { type MessageMark, monotonicMs } from './numbered-message.ts'
import type { SinkOrder, SinkReport } from './orders.ts'

type Expectation = Extract<SinkOrder, { kind: 'expect' }>

/** Ticks off who was reached by what, each once. */
export class Arrivals {
  readonly #tell: (report: SinkReport) => void
  #expected: Expectation | undefined
  #reached = new Uint8Array(0)
  #travelled: number[] = []
  #count = 0

  constructor(tell: (report: SinkReport) => void) {
    this.#tell = tell
  }

  get count(): number {
    return this.#count
  }

  expect(order: Expectation): void {
    this.#expected = order
    this.#reached = new Uint8Array(order.messages * order.recipients)
    this.#travelled = []
    this.#count = 0
  }

  /** A message for these recipients (by their index) came. */
  arrived(mark: MessageMark | undefined, recipients: readonly number[]): void {
    const order = this.#expected
    if (order === undefined || mark?.round !== order.round) {
      this.#fail(`a message came that was not expected: ${JSON.stringify(mark)}`)
      return
    }
    for (const recipient of recipients) {
      const place = mark.number * order.recipients + recipient
      if (this.#reached[place] !== 0) {
        this.#fail(`message ${mark.number} came twice, or nobody sent it`)
        return
      }
      this.#reached[place] = 1
    }
    if (order.latencies) this.#travelled.push(monotonicMs() - mark.sentAt)
    this.#count += recipients.length
    if (this.#count === order.arrivals) {
      this.#tell({ kind: 'complete', travelled: this.#travelled })
    }
  }

  #fail(reason: string): void {
    this.#tell({ kind: 'failed', reason })
  }
}
