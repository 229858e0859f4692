import type { TrackingSource } from '../logs/tracking-log.ts'

/** What delivers: SMTP, Drop folders, or the agents of Delivery Agent connectors. */
export type DeliveryAgentName = 'smtp' | 'drop' | 'agent'

/** What is the same for all queues of one of Exchange's delivery types. */
export interface DeliveryKind {
  /** Exchange's NextHopCategory. */
  readonly category: 'External' | 'Internal'
  /** Who delivers from its queues; nobody from the persistent ones, which lead to no next hop. */
  readonly agent?: DeliveryAgentName
  /** Who tries it, in the message tracking log. */
  readonly trackingSource: TrackingSource
  /** What its one queue is called; queues of a kind that may have many are called by their numbers. */
  readonly queueName?: string
}

/** The delivery types that can occur here. */
const kinds = {
  DeliveryAgent: { category: 'External', agent: 'agent', trackingSource: 'AGENT' },
  DnsConnectorDelivery: { category: 'External', agent: 'smtp', trackingSource: 'SMTP' },
  SmartHostConnectorDelivery: { category: 'External', agent: 'smtp', trackingSource: 'SMTP' },
  NonSmtpGatewayDelivery: { category: 'External', agent: 'drop', trackingSource: 'GATEWAY' },
  SmtpRelayToServers: { category: 'Internal', agent: 'smtp', trackingSource: 'SMTP' },
  Undefined: {
    category: 'Internal',
    trackingSource: 'ROUTING',
    queueName: 'Submission',
  },
  Unreachable: {
    category: 'Internal',
    trackingSource: 'ROUTING',
    queueName: 'Unreachable',
  },
} as const satisfies Record<string, DeliveryKind>

/** Exchange's delivery types, those that can occur here. */
export type DeliveryType = keyof typeof kinds

/** Every delivery type with what is the same for all of its queues. */
export const deliveryKinds: Readonly<Record<DeliveryType, DeliveryKind>> = kinds

/** Whether a text, of a file or a question, is a delivery type. */
export function isDeliveryType(text: unknown): text is DeliveryType {
  return typeof text === 'string' && Object.hasOwn(kinds, text)
}
