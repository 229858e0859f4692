import type { Clock, Timer } from '../../base/clock.ts'
import { CountLedger } from './count-ledger.ts'
import { PlaceLedger } from './place-ledger.ts'
import type { BoardMessage, SharingMessage } from './service-messages.ts'
import { countDelay } from './sharing-pace.ts'

/** Sends a message to a worker; `sent` is called when its channel has room for the next. */
export type SendToWorker = (message: BoardMessage, sent: () => void) => void

interface Member {
  readonly send: SendToWorker
  /** Keys of which it does not know the last sum. */
  readonly stale: Set<string>
  sending: boolean
}

/** The supervisor's side of what the workers of one service share: their counts, and places. */
export class SharingBoard {
  readonly #clock: Clock
  readonly #counts = new CountLedger()
  readonly #places: PlaceLedger
  readonly #members = new Map<number, Member>()
  #timer: Timer | undefined
  #tellingAtOnce = false

  constructor(clock: Clock) {
    this.#clock = clock
    this.#places = new PlaceLedger((worker, id) =>
      this.#members.get(worker)?.send({ kind: 'places', id }, () => undefined),
    )
  }

  /** A worker was started: it is told all that the others count. */
  join(worker: number, send: SendToWorker): void {
    const member = { send, stale: new Set(this.#counts.keys()), sending: false }
    this.#members.set(worker, member)
    this.#tell(worker, member)
  }

  /** A worker has ended: it counts and holds nothing. */
  leave(worker: number): void {
    this.#members.delete(worker)
    this.#note(worker, this.#counts.forget(worker))
    this.#places.forget(worker)
    this.#tellAtOnce()
  }

  hear(worker: number, message: SharingMessage): void {
    if (!this.#members.has(worker)) return
    switch (message.kind) {
      case 'counts':
        this.#counts.report(worker, message.changes)
        this.#note(
          worker,
          message.changes.map(([key]) => key),
        )
        if (message.urgent) this.#tellAtOnce()
        else this.#timer ??= this.#clock.after(countDelay, () => this.#tellAll())
        break
      case 'want-places':
        this.#places.ask({ worker, id: message.id, wishes: message.wishes })
        break
      case 'give-back':
        this.#places.giveBack(worker, message.keys)
        break
    }
  }

  #note(worker: number, keys: readonly string[]): void {
    for (const [number, { stale }] of this.#members) {
      if (number !== worker) for (const key of keys) stale.add(key)
    }
  }

  /** After what else this turn of the event loop brings. */
  #tellAtOnce(): void {
    if (this.#tellingAtOnce) return
    this.#tellingAtOnce = true
    setImmediate(() => this.#tellAll())
  }

  #tellAll(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#tellingAtOnce = false
    for (const [worker, member] of this.#members) {
      if (member.stale.size > 0) this.#tell(worker, member)
    }
  }

  /** One message at a time, so that a worker that does not listen costs no memory. */
  #tell(worker: number, member: Member): void {
    if (member.sending) return
    const changes = [...member.stale].map(
      (key) => [key, this.#counts.ofOthers(worker, key)] as const,
    )
    member.stale.clear()
    member.sending = true
    member.send({ kind: 'counts', changes }, () => {
      member.sending = false
      if (member.stale.size > 0 && this.#members.get(worker) === member) this.#tell(worker, member)
    })
  }
}
