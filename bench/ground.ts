import type { ConfigurationPrint } from './configuration-print.ts'
import type { Place } from './mail-server.ts'
import type { Progress } from './progress.ts'

/** What every scenario stands on. */
export interface Ground {
  /** Both servers' queues lie in it, so on one file system. */
  readonly folder: string
  /** First three numbers of the loopback addresses in use: `127.0.111`. */
  readonly net: string
  /** The checkout whose relay runs. */
  readonly root: string
  readonly rounds: number
  /** A fifth of the messages: shows that everything works, and figures for a glance. */
  readonly quick: boolean
  /** Aborted when the run is interrupted. */
  readonly signal: AbortSignal
  readonly progress: Progress
  readonly configurations: ConfigurationPrint
  /** The certificate of every server, and the files it lies in. */
  readonly certificate: BenchCertificate
}

export interface BenchCertificate {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

/** Where each program of a run is, below `Ground.net`. */
export const hosts = {
  dns: 8,
  sink: 9,
  relay: 10,
  postfix: 11,
  secondRelay: 12,
  idleSource: 20,
} as const

/** Where the next hops of several domains are: from here on, one address each. */
const firstDomainHost = 101

/** Postfix's smtp-sink and our own sink take mail at a port each. */
const sinkPorts = { 'smtp-sink': 2599, own: 2598 } as const

export function addressOf({ net }: Ground, host: keyof typeof hosts): string {
  return `${net}.${hosts[host]}`
}

/** The next hop of all mail. */
export function sinkPlace(ground: Ground, sink: keyof typeof sinkPorts): Place {
  return { address: addressOf(ground, 'sink'), port: sinkPorts[sink] }
}

/** The next hop of the `at`th domain, where our own sink takes its mail. */
export function domainPlace({ net }: Pick<Ground, 'net'>, at: number): Place {
  return { address: `${net}.${firstDomainHost + at}`, port: sinkPorts.own }
}

/** So many messages as the scenario wants, or fewer in a quick run. */
export function messagesFor({ quick }: Ground, messages: number): number {
  return quick ? Math.max(2, Math.round(messages / 5)) : messages
}

/**
 * So many messages before the first round of so many. A server just started is another server: compiled
 * code and caches come with the first thousands of messages, and what counts is how it runs for days.
 */
export function warmUpFor({ quick }: Ground, messages: number): number {
  return quick ? Math.round(messages / 4) : 2 * messages
}
