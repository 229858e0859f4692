import type { QueueKey } from '../queue-key.ts'

/**
 * What is known of a next hop. `untried`: nothing. `proven`: it has delivered or refused somebody's mail.
 * `lapsed`: it did so before it failed, or an administrator named it. `doubtful`: it failed otherwise, or was not
 * tried since the start.
 */
export type Standing = 'untried' | 'proven' | 'lapsed' | 'doubtful'

/** Of a next hop that is not known to serve now. */
export function standingUnknown({ deliveryType }: QueueKey): Standing {
  return deliveryType === 'DnsConnectorDelivery' ? 'doubtful' : 'lapsed'
}

/** After a failure: one that has delivered is not one of the crowd that nobody knows. */
export function standingAfterFailure({
  key,
  standing,
}: {
  readonly key: QueueKey
  readonly standing: Standing
}): Standing {
  return standing === 'proven' || standing === 'lapsed' ? 'lapsed' : standingUnknown(key)
}

/** All that there are. */
export const standings: readonly Standing[] = ['proven', 'lapsed', 'untried', 'doubtful']

/** How many queues of each standing stand in line. */
export type Waiting = Readonly<Record<Standing, number>>
