import type { Live } from '../base/live.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import { queueKeyText } from './queue-key.ts'
import type { Place, SharedPlaces } from './shared-places.ts'

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

/** Places in the line begin above it. */
const outsideOrder = 0

const ownPlace: Place = { scarce: false, release: () => undefined }

/** The places for connections of one process's queues, where other processes want some, too. */
export class ConnectionPlaces {
  readonly #options: ConnectionPlacesOptions

  constructor(options: ConnectionPlacesOptions) {
    this.#options = options
  }

  /** A place for the queue. Without one now it counts as in line, outside the order, until its turn. */
  take(queue: DeliveryQueue): Place | undefined {
    const { places, settings, onTurn } = this.#options
    if (places === undefined) return ownPlace
    const { MaxPerDomainOutboundConnections, MaxOutboundConnections } = settings.current
    const limits = { perQueue: MaxPerDomainOutboundConnections, overall: MaxOutboundConnections }
    const place = places.take(queueKeyText(queue.key), limits, () => {
      queue.linePlace = undefined
      onTurn(queue)
    })
    queue.linePlace = place === undefined ? outsideOrder : undefined
    return place
  }
}
