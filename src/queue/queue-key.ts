import { type DeliveryType, deliveryKinds } from './delivery-kinds.ts'

/** Exchange's NextHopSolutionKey: copies with equal keys wait in one queue. */
export interface QueueKey {
  readonly deliveryType: DeliveryType
  /**
   * Recipient domain, the smart host list as it is shown (`[10.0.0.1],relay.example`), or the address space of a
   * connector that does not speak SMTP.
   */
  readonly nextHopDomain: string
  /** Name of the connector; empty for the two persistent queues. */
  readonly nextHopConnector: string
}

/** Accepted, not yet categorized. */
export const submissionQueue: QueueKey = {
  deliveryType: 'Undefined',
  nextHopDomain: 'Submission',
  nextHopConnector: '',
}

/** Categorized, but no Send connector takes it; categorized anew when the configuration changes. */
export const unreachableQueue: QueueKey = {
  deliveryType: 'Unreachable',
  nextHopDomain: 'Unreachable Domain',
  nextHopConnector: '',
}

/**
 * Messages that were in hand when the process died, time and again; they wait for an administrator. It has the delivery
 * type of the Submission queue, as Exchange's has.
 */
export const poisonQueue: QueueKey = {
  deliveryType: 'Undefined',
  nextHopDomain: 'Poison Message',
  nextHopConnector: '',
}

export function isSubmissionQueue({ deliveryType, nextHopDomain }: QueueKey): boolean {
  return deliveryType === 'Undefined' && nextHopDomain === submissionQueue.nextHopDomain
}

export function isPoisonQueue({ deliveryType, nextHopDomain }: QueueKey): boolean {
  return deliveryType === 'Undefined' && nextHopDomain === poisonQueue.nextHopDomain
}

/**
 * Messages that an administrator redirects to another server, whatever their recipients' domains; `host` as
 * it is shown: `[10.0.0.1]`, `relay.example`. They go by Exchange's connector that nobody configures.
 */
export function redirectionQueue(host: string): QueueKey {
  return {
    deliveryType: 'SmtpRelayToServers',
    nextHopDomain: host,
    nextHopConnector: 'Intra-Organization SMTP Send Connector',
  }
}

/** Whether the queue is one of those that `redirectionQueue` makes. */
export function isRedirectionQueue(key: QueueKey): boolean {
  return key.deliveryType === 'SmtpRelayToServers'
}

/** The key as one string, for maps and for the queue database; equal keys give equal strings. */
export function queueKeyText(key: QueueKey): string {
  return `${key.deliveryType}\n${key.nextHopDomain.toLowerCase()}\n${key.nextHopConnector}`
}

/** Whether the queue leads to a next hop, rather than being one of the two persistent ones. */
export function isDeliveryQueue(key: QueueKey): boolean {
  return deliveryKinds[key.deliveryType].agent !== undefined
}
