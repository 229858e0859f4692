import { setImmediate as turn } from 'node:timers/promises'
import type { BoardMessage, SharingMessage } from '../../src/services/workers/service-messages.ts'
import { SharedCountsLink } from '../../src/services/workers/shared-counts-link.ts'
import { SharedPlacesLink } from '../../src/services/workers/shared-places-link.ts'
import { SharingBoard } from '../../src/services/workers/sharing-board.ts'
import { FakeClock } from './fake-clock.ts'

/** A worker's side, joined to the board by a channel that takes a turn of the event loop. */
export interface BoardWorker {
  readonly counts: SharedCountsLink
  readonly places: SharedPlacesLink
}

/** The supervisor's board and the workers on it, in one process. */
export class WorkerBoard {
  readonly clock = new FakeClock()
  readonly board = new SharingBoard(this.clock)
  /** Messages that went to the board, and from it. */
  readonly heard: SharingMessage[] = []
  readonly told: BoardMessage[] = []
  readonly #of: number

  constructor(of: number) {
    this.#of = of
  }

  join(number: number): BoardWorker {
    const send = (message: SharingMessage, sent: () => void) => {
      this.heard.push(message)
      setImmediate(() => {
        this.board.hear(number, message)
        sent()
      })
    }
    const worker = {
      counts: new SharedCountsLink(this.clock, send),
      places: new SharedPlacesLink(this.#of, send),
    }
    this.board.join(number, (message, sent) => {
      this.told.push(message)
      setImmediate(() => {
        if (message.kind === 'counts') worker.counts.hear(message.changes)
        else worker.places.hear(message.id)
        sent()
      })
    })
    return worker
  }

  /** Lets every message that is on its way arrive. */
  async settle(): Promise<void> {
    for (let n = 0; n < 10; n++) await turn()
  }
}
