import type { Machine } from './machine.ts'

/** One round of one contestant. */
export interface Round {
  /** Messages a second, from the first connection until the last one has arrived at the next hop. */
  readonly rate: number
  /** Messages a second until the last one was answered 250. */
  readonly acceptRate: number
  /** Of all processes of the server, in seconds per 1,000 messages. */
  readonly cpuPerThousand: number
  /** Peak of the sum of VmRSS over all processes, in bytes. */
  readonly residentBytes: number
  readonly processes: number
}

/** Flushes (fsync, fdatasync) per message, counted by strace in a probe apart from the rounds. */
export interface Flushes {
  /** One session, one message after the other: here each message needs its own. */
  readonly alone: number
  /** All sessions at once: here one flush may serve several messages. */
  readonly together: number
}

/** What a contestant achieved. */
export interface Figures {
  readonly label: string
  readonly rounds: readonly Round[]
  /** Sum of Pss over all processes under load, in bytes. */
  readonly proportionalBytes: number
  readonly flushes: Flushes
}

/** One line of a scenario whose result is not a rate. */
export interface Measure {
  readonly what: string
  readonly unit: string
  /** A list: p50 and p99. */
  readonly relay: number | readonly number[]
  readonly postfix?: number | readonly number[]
  /** In words: `< 300`. */
  readonly target?: string
  readonly met?: boolean
}

export interface ScenarioResult {
  readonly name: string
  readonly title: string
  /** Configurations as the servers were started, by contestant. */
  readonly configurations: Readonly<Record<string, string>>
  /** Messages of one round. */
  readonly messages?: number
  readonly relay?: Figures
  readonly postfix?: Figures
  /** Further contestants. */
  readonly others?: readonly Figures[]
  /** Median of the rounds' ratios, relay to Postfix. */
  readonly ratio?: number
  /** The ratio to reach. */
  readonly target?: number
  /** Messages a second with no server between: what the load generator and the next hop can do. */
  readonly ceiling?: number
  readonly measures: readonly Measure[]
  readonly notes: readonly string[]
  /** Further text, in blocks. */
  readonly appendix?: readonly string[]
  /** Why there is no result. */
  readonly failure?: string
}

/** All of one run. */
export interface BenchResult {
  readonly machine: Machine
  readonly rounds: number
  readonly quick: boolean
  readonly scenarios: readonly ScenarioResult[]
}

/** Messages were lost, refused or not flushed: the figures count for nothing. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed'
}
