import type { Clock } from '../../base/clock.ts'
import type { SharedCounts } from '../../base/shared-counts.ts'
import type { SharedPlaces } from '../../queue/shared-places.ts'
import { type ServiceMessage, asBoardMessage } from './service-messages.ts'
import { SharedCountsLink } from './shared-counts-link.ts'
import { SharedPlacesLink } from './shared-places-link.ts'

/** What a worker shares with the other workers of its service. */
export interface Siblings {
  readonly counts: SharedCounts
  readonly places: SharedPlaces
}

/** Tells the supervisor, if there is one. A channel that is gone is no trouble: the process then drains. */
export function tellSupervisor(message: ServiceMessage, sent: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => sent())
  else sent()
}

/** Opens what this process shares with its siblings; resolves when it knows what they count. */
export async function openSiblings(workers: number, clock: Clock): Promise<Siblings> {
  const counts = new SharedCountsLink(clock, tellSupervisor)
  const places = new SharedPlacesLink(workers, tellSupervisor)
  const welcome = Promise.withResolvers<undefined>()
  process.on('message', (received) => {
    const message = asBoardMessage(received)
    if (message?.kind === 'counts') {
      counts.hear(message.changes)
      welcome.resolve(undefined)
    } else if (message?.kind === 'places') places.hear(message.id)
  })
  process.on('disconnect', () => welcome.resolve(undefined))
  await welcome.promise
  return { counts, places }
}
