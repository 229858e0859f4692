import type { Live } from '../../base/live.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import { queueKeyText } from '../queue-key.ts'
import type { Place, SharedPlaces } from '../shared-places.ts'
import type { Standing } from './standing.ts'

interface ConnectionSettings {
  readonly MaxOutboundConnections: number
  readonly MaxPerDomainOutboundConnections: number
}

interface ConnectionPlacesOptions {
  readonly settings: Live<ConnectionSettings>
  /** Undefined where the limits are this process's own, which the scheduler keeps by itself. */
  readonly places?: SharedPlaces
  /** It is a queue's turn that found no place: it belongs into the line, and the line is to be served. */
  readonly onTurn: (queue: DeliveryQueue) => void
}

/** Where others hold all places, so few queues ask at a time: who asks stands outside the order of the line. */
const mostAsked = 2

const ownPlace: Place = { scarce: false, release: () => undefined }

/** The places for connections of one process's queues, where other processes want some, too. */
export class ConnectionPlaces {
  readonly #options: ConnectionPlacesOptions
  readonly #outside = new Set<DeliveryQueue>()

  constructor(options: ConnectionPlacesOptions) {
    this.#options = options
  }

  /** Others hold all places: what is asked for waits, and more need not be. */
  get full(): boolean {
    return (this.#options.places?.waitingForAny ?? 0) >= mostAsked
  }

  /** How many queues of the standing wait for a place, outside the line. */
  waiting(standing: Standing): number {
    let count = 0
    for (const queue of this.#outside) if (queue.standing === standing) count++
    return count
  }

  /** A place for the queue. Without one now it counts as in line, outside the order, until its turn. */
  take(queue: DeliveryQueue): Place | undefined {
    const { places, settings, onTurn } = this.#options
    if (places === undefined) return ownPlace
    const { MaxPerDomainOutboundConnections, MaxOutboundConnections } = settings.current
    const limits = { perQueue: MaxPerDomainOutboundConnections, overall: MaxOutboundConnections }
    const place = places.take(queueKeyText(queue.key), limits, () => {
      queue.leftLine()
      this.#outside.delete(queue)
      onTurn(queue)
    })
    if (place !== undefined) return place
    queue.stoodInLine()
    this.#outside.add(queue)
    return undefined
  }
}
