import type { Clock } from '../base/clock.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import { queueKeyText } from './queue-key.ts'
import type { Place, SharedPlaces } from './shared-places.ts'

export interface ConnectionLineOptions {
  readonly clock: Clock
  /** Undefined when the limits are this process's own. */
  readonly places: SharedPlaces | undefined
  /** A place became free that a queue in the line waits for. */
  readonly onFree: () => void
}

export interface ConnectionLineLimits {
  readonly MaxOutboundConnections: number
  readonly MaxPerDomainOutboundConnections: number
}

/** What a process has that shares its limits with nobody: its own count is the limit. */
const ownPlace: Place = { scarce: false, release: () => undefined }

/** Queues that want a connection, the longest waiting first: nobody is passed over. */
export class ConnectionLine {
  readonly #options: ConnectionLineOptions
  #queues: DeliveryQueue[] = []
  #closed = false

  constructor(options: ConnectionLineOptions) {
    this.#options = options
  }

  join(queue: DeliveryQueue): void {
    queue.inLine = true
    this.#queues.push(queue)
  }

  /** The next that still wants a connection, with the place it gets. */
  next(
    limits: ConnectionLineLimits,
  ): { readonly queue: DeliveryQueue; readonly place: Place } | undefined {
    const { clock } = this.#options
    const { MaxPerDomainOutboundConnections: perQueue, MaxOutboundConnections: overall } = limits
    for (let queue = this.#queues.shift(); queue !== undefined; queue = this.#queues.shift()) {
      queue.inLine = false
      if (!queue.wantsConnection(perQueue, clock.monotonic())) continue
      const place = this.#take(queue, { perQueue, overall })
      if (place !== undefined) return { queue, place }
    }
    return undefined
  }

  /** Lets everybody go. */
  close(): void {
    this.#closed = true
    this.#queues = []
  }

  #take(
    queue: DeliveryQueue,
    limits: { readonly perQueue: number; readonly overall: number },
  ): Place | undefined {
    const { places, onFree } = this.#options
    if (places === undefined) return ownPlace
    const place = places.take(queueKeyText(queue.key), limits, () => {
      if (this.#closed) return
      this.#queues.unshift(queue)
      onFree()
    })
    // Without one it stays in the line, outside the order, until it is called.
    queue.inLine = place === undefined
    return place
  }
}
