import { z } from 'zod'
import {
  byteSize,
  count,
  countOrUnlimited,
  flag,
  list,
  oneOf,
  text,
  timeSpan,
} from '../base/setting-fields.ts'
import { day, hour, minute, second } from '../base/time-span.ts'

/** An empty path means the folder below the data folder. */
const logPath = () => text().default('')
const logAge = (standard = 30 * day) => timeSpan(0, (2 ** 31 - 1) * second).default(standard)
const logDirectorySize = (standard = 250 * 1024 ** 2) =>
  byteSize(1, 2 ** 53, true).default(standard)
const logFileSize = () => byteSize(1, 2 ** 53, true).default(10 * 1024 ** 2)

/** The agent log of either service. */
const agentLogFields = {
  AgentLogEnabled: flag().default(true),
  AgentLogMaxAge: logAge(7 * day),
  AgentLogMaxDirectorySize: logDirectorySize(),
  AgentLogMaxFileSize: logFileSize(),
  AgentLogPath: logPath(),
}

/** The connectivity log of either service. */
const connectivityLogFields = {
  ConnectivityLogEnabled: flag().default(true),
  ConnectivityLogMaxAge: logAge(),
  ConnectivityLogMaxDirectorySize: logDirectorySize(1000 * 1024 ** 2),
  ConnectivityLogMaxFileSize: logFileSize(),
  ConnectivityLogPath: logPath(),
}

/** The protocol logs of either service. */
const receiveProtocolLogFields = {
  ReceiveProtocolLogMaxAge: logAge(),
  ReceiveProtocolLogMaxDirectorySize: logDirectorySize(),
  ReceiveProtocolLogMaxFileSize: logFileSize(),
  ReceiveProtocolLogPath: logPath(),
}
const sendProtocolLogFields = {
  SendProtocolLogMaxAge: logAge(),
  SendProtocolLogMaxDirectorySize: logDirectorySize(),
  SendProtocolLogMaxFileSize: logFileSize(),
  SendProtocolLogPath: logPath(),
}

/** The folders that mail is taken from: a path may be relative to the data folder, an empty one switches off. */
const pickupFields = {
  PickupDirectoryMaxHeaderSize: byteSize(32_768, 2 ** 31 - 1).default(64 * 1024),
  PickupDirectoryMaxMessagesPerMinute: count(1, 20_000).default(100),
  PickupDirectoryMaxRecipientsPerMessage: count(1, 10_000).default(100),
  PickupDirectoryPath: text().default('pickup'),
}

/** Our own: how many processes the service runs as. */
export const mostWorkers = 64
const workers = () => count(1, mostWorkers).default(1)

/** DNS servers: addresses, each with an optional port (`127.0.0.53:5353`); none: the machine's. */
const dnsServers = () => list(text()).default([])

/**
 * Set-TransportService's parameters in the order in which Exchange shows them; then those that Exchange
 * keeps in its service's .config file, and our own. Where Mailbox and Edge differ the value is optional
 * and `completeTransportService` fills it in.
 */
export const transportServiceSchema = z.strictObject({
  ...agentLogFields,
  ...connectivityLogFields,
  DelayNotificationTimeout: timeSpan(second, 30 * day).default(4 * hour),
  ExternalDNSServers: dnsServers(),
  InternalDNSServers: dnsServers(),
  MaxConnectionRatePerMinute: countOrUnlimited(1).default(1200),
  MaxOutboundConnections: countOrUnlimited(1).default(1000),
  MaxPerDomainOutboundConnections: countOrUnlimited(1).default(40),
  MessageExpirationTimeout: timeSpan(5 * second, 90 * day).default(2 * day),
  MessageRetryInterval: timeSpan(second, day).default(15 * minute),
  MessageTrackingLogEnabled: flag().default(true),
  MessageTrackingLogMaxAge: logAge(),
  MessageTrackingLogMaxDirectorySize: logDirectorySize(1000 * 1024 ** 2),
  MessageTrackingLogMaxFileSize: logFileSize(),
  MessageTrackingLogPath: logPath(),
  MessageTrackingLogSubjectLoggingEnabled: flag().default(true),
  /** Default 10 minutes, on Edge 30. */
  OutboundConnectionFailureRetryInterval: timeSpan(second, 20 * day).optional(),
  ...pickupFields,
  PoisonMessageDetectionEnabled: flag().default(true),
  PoisonThreshold: count(1, 10).default(2),
  QueueMaxIdleTime: timeSpan(5 * second, hour).default(3 * minute),
  ...receiveProtocolLogFields,
  ReplayDirectoryPath: text().default('replay'),
  /** What Drop folders stand in; empty: `drop` in the data folder. */
  RootDropDirectoryPath: text().default(''),
  ...sendProtocolLogFields,
  TransientFailureRetryCount: count(0, 15).default(6),
  /** Default 5 minutes, on Edge 10. */
  TransientFailureRetryInterval: timeSpan(second, 12 * hour).optional(),
  MaxIdleTimeBeforeResubmit: timeSpan(second, 90 * day).default(12 * hour),
  QueueGlitchRetryCount: count(0, 15).default(4),
  QueueGlitchRetryInterval: timeSpan(second, day).default(minute),
  ResolverRetryInterval: timeSpan(second, day).default(30 * minute),
  PriorityQueuingEnabled: flag().default(false),
  MaxHighPriorityMessageSize: byteSize(1, 2 ** 53, true).default(250 * 1024),
  MaxPerDomainHighPriorityConnections: count(1, 1000).default(3),
  MaxPerDomainNormalPriorityConnections: count(1, 1000).default(15),
  MaxPerDomainLowPriorityConnections: count(1, 1000).default(2),
  HighPriorityDelayNotificationTimeout: timeSpan(second, 30 * day).default(30 * minute),
  NormalPriorityDelayNotificationTimeout: timeSpan(second, 30 * day).default(4 * hour),
  LowPriorityDelayNotificationTimeout: timeSpan(second, 30 * day).default(8 * hour),
  HighPriorityMessageExpirationTimeout: timeSpan(5 * second, 90 * day).default(8 * hour),
  NormalPriorityMessageExpirationTimeout: timeSpan(5 * second, 90 * day).default(2 * day),
  LowPriorityMessageExpirationTimeout: timeSpan(5 * second, 90 * day).default(2 * day),
  Workers: workers(),
})

/** Set-FrontendTransportService's parameters. */
export const frontendTransportServiceSchema = z.strictObject({
  ...agentLogFields,
  ...connectivityLogFields,
  /** Level of the implicit Send connector to the Transport service. */
  IntraOrgConnectorProtocolLoggingLevel: oneOf(['None', 'Verbose']).default('Verbose'),
  MaxConnectionRatePerMinute: countOrUnlimited(1).default(1200),
  ...receiveProtocolLogFields,
  ...sendProtocolLogFields,
  Workers: workers(),
})

type ParsedTransportService = z.output<typeof transportServiceSchema>
type ByRole = 'TransientFailureRetryInterval' | 'OutboundConnectionFailureRetryInterval'
export type TransportService = Readonly<
  Omit<ParsedTransportService, ByRole> & Record<ByRole, number>
>
export type FrontendTransportService = Readonly<z.output<typeof frontendTransportServiceSchema>>

/** The settings with the defaults of the server's role. */
export function completeTransportService(
  parsed: ParsedTransportService,
  role: 'Mailbox' | 'Edge',
): TransportService {
  const edge = role === 'Edge'
  return {
    ...parsed,
    TransientFailureRetryInterval: parsed.TransientFailureRetryInterval ?? (edge ? 10 : 5) * minute,
    OutboundConnectionFailureRetryInterval:
      parsed.OutboundConnectionFailureRetryInterval ?? (edge ? 30 : 10) * minute,
  }
}
