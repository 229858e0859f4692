import type { Live } from '../base/live.ts'
import { type RoutingTables, hasConnector, isBestWay, routingText } from '../pipeline/routing.ts'
import { type QueueKey, isRedirectionQueue, submissionQueue } from '../queue/queue-key.ts'
import type { QueueScheduler } from '../queue/scheduler/scheduler.ts'
import type { OpenDirectory } from './open-directory.ts'
import type { ServiceGround } from './service-ground.ts'

interface RerouteParts {
  readonly scheduler: QueueScheduler
  readonly tables: Live<RoutingTables>
  readonly directory: OpenDirectory
}

/** Categorizes anew what waits and would go another way now, at the start and whenever routing or the directory changes. */
export function rerouteOnChange(
  { config, logger }: ServiceGround,
  { scheduler, tables, directory }: RerouteParts,
): () => void {
  const isCurrent = (queue: QueueKey) =>
    isRedirectionQueue(queue) || hasConnector(queue, tables.current)
  // The directory may send a recipient of ours anywhere.
  const isOurs = ({ nextHopDomain }: QueueKey) =>
    directory.hasRecipients && tables.current.acceptedDomains.isAccepted(nextHopDomain)
  const isBest = (queue: QueueKey) =>
    isRedirectionQueue(queue) || (isBestWay(queue, tables.current) && !isOurs(queue))
  const reroute = () => {
    scheduler.operations
      .reroute(isCurrent, isBest)
      .catch((error: unknown) =>
        logger.error(
          { err: error },
          'the queues could not be routed anew; they go on as they were',
        ),
      )
  }
  let known = routingText(tables.current)
  const whenChanged = () => {
    const routing = routingText(tables.current)
    if (routing !== known) reroute()
    known = routing
  }
  reroute()
  // What nobody could tell of waits in Submission alone.
  const whenBack = () => void scheduler.operations.resubmit(submissionQueue)
  const ends = [
    config.subscribe(whenChanged),
    directory.subscribe(reroute),
    directory.whenBack(whenBack),
  ]
  return () => ends.forEach((end) => end())
}
