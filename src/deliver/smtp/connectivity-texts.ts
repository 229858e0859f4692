import type { DnsAnswer } from '../../dns/resolver.ts'
import type { QueueKey } from '../../queue/queue-key.ts'
import { ClientFailure } from './client-failure.ts'
import { type NextHopFailure, type TargetTrouble, troubleText } from './failure-policy.ts'
import type { Lookup } from './next-hop.ts'
import { type Target, targetEndpoint } from './target.ts'

/*
 * The descriptions of the connectivity log, in Exchange's words as far as they are known.
 */

/** How a session begins: `DnsConnectorDelivery To Internet`; Exchange has the connector's GUID there. */
export function queueDescription({ deliveryType, nextHopConnector }: QueueKey): string {
  return `${deliveryType} ${nextHopConnector}`
}

/** How a session of the front end begins that passes another one on. */
export function proxyDescription(connector: string, inboundSession: string): string {
  return `Undefined ${connector};Starting outbound connection for inbound session ${inboundSession}`
}

type AnswerKind = DnsAnswer<unknown>['kind']

/** From the one that speaks for all others. */
const kinds: readonly AnswerKind[] = ['found', 'failed', 'nonexistent', 'empty']

const results: Readonly<Record<AnswerKind, string>> = {
  found: 'Success',
  empty: 'InfoNoRecords',
  nonexistent: 'InfoDomainNonexistent',
  failed: 'ErrorRetry',
}

/** What the DNS said of a next hop, and the addresses of its hosts. */
export function lookupsDescription(lookups: readonly Lookup[]): string {
  const weightiest = kinds.find((kind) => lookups.some(({ answer }) => answer.kind === kind))
  const response = weightiest === 'found' ? 'NoError' : results[weightiest ?? 'empty']
  const domains = lookups.flatMap((lookup) =>
    lookup.type === 'MX' ? [`${lookup.name}:${resultOf(lookup.answer)};`] : [],
  )
  const hosts = lookups.flatMap((lookup) =>
    lookup.type === 'MX' ? [] : [`${lookup.name}:${addressesOf(lookup.answer)};`],
  )
  const hostList = hosts.length === 0 ? '' : ` [Host:Addresses] = ${hosts.join('')}`
  return `DNS server returned ${response}. [Domain:Result] = ${domains.join('')}${hostList}`
}

function addressesOf(answer: DnsAnswer<string>): string {
  return answer.kind === 'found' ? answer.records.join(',') : resultOf(answer)
}

function resultOf(answer: DnsAnswer<unknown>): string {
  const result = results[answer.kind]
  return answer.kind === 'failed' ? `${result} (${answer.reason})` : result
}

/** `Established connection to 203.0.113.25`. */
export function establishedDescription({ address }: Pick<Target, 'address'>): string {
  return `Established connection to ${address}`
}

/** Why a connection, or TLS on it, did not come about; undefined where the end of the session tells. */
export function troubleDescription(target: Target, trouble: TargetTrouble): string | undefined {
  if (trouble.kind !== 'failure') return undefined
  const { stage, message } = trouble.failure
  if (stage === 'connect') return failedDescription(target, trouble.failure)
  return stage === 'tls' ? message : undefined
}

/** `Failed connection to 203.0.113.25:25 (ConnectionRefused:0000274D)[TargetHost:mx1.example]`. */
export function failedDescription(target: Target, failure: unknown): string {
  return `Failed connection to ${targetEndpoint(target)} (${reasonOf(failure)})[TargetHost:${target.host}]`
}

/** .NET's names of what sockets report, with the numbers of Windows, as Exchange writes them. */
const socketErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'ConnectionRefused:0000274D',
  ETIMEDOUT: 'TimedOut:0000274C',
  EHOSTUNREACH: 'HostUnreachable:00002751',
  ENETUNREACH: 'NetworkUnreachable:00002743',
  ECONNRESET: 'ConnectionReset:00002746',
  EADDRNOTAVAIL: 'AddressNotAvailable:00002741',
  EACCES: 'AccessDenied:0000271D',
}

function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure)
  return socketErrors[codeOf(failure) ?? ''] ?? failure.message
}

/** The system's code for the failure, or that of a failure behind it. */
function codeOf(failure: Error): string | undefined {
  if (failure instanceof ClientFailure && failure.kind === 'timeout') return 'ETIMEDOUT'
  if ('code' in failure && typeof failure.code === 'string') return failure.code
  return failure.cause instanceof Error ? codeOf(failure.cause) : undefined
}

/** Why nothing more went over a session, as its end says it: `Retry : 421 4.3.2 Shutting down`. */
export function troubleOutcome(trouble: TargetTrouble): string {
  return `Retry : ${troubleText(trouble)}`
}

/** The same for a next hop that has no address. */
export function nextHopOutcome({ kind, error }: NextHopFailure): string {
  return `${kind === 'impossible' ? 'Fail' : 'Retry'} : ${error}`
}
