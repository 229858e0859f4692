import type { Milliseconds } from '../base/time-span.ts'
import type { DnsAnswer, MxRecord } from './resolver.ts'

/** An answer and how long it may be kept. */
export interface TimedAnswer<T> {
  readonly answer: DnsAnswer<T>
  readonly lifetime: Milliseconds
}

/** Bare look-ups, without a memory. No method rejects. */
export interface Lookups {
  mx(domain: string): Promise<TimedAnswer<MxRecord>>
  ipv4(host: string): Promise<TimedAnswer<string>>
  ipv6(host: string): Promise<TimedAnswer<string>>
}
