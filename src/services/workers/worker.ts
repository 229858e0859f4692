import type { ServiceName } from './service-names.ts'

/** One process of a service. A service that runs as a single process is worker 1 of 1. */
export interface Worker {
  readonly service: ServiceName
  /** From 1. */
  readonly number: number
  /** The highest number among the workers of the service. */
  readonly of: number
  /**
   * Its number is above the setting Workers: it takes nothing new, delivers what its queue file holds,
   * and ends when that is empty.
   */
  readonly drainOnly: boolean
}

/** The service as a single process. */
export function singleWorker(service: ServiceName): Worker {
  return { service, number: 1, of: 1, drainOnly: false }
}

/** What messages to an admin call it: `Transport`, `Transport-2`. */
export function workerName(service: ServiceName, number: number): string {
  return number === 1 ? service : `${service}-${number}`
}

/** The arguments of `edge start` that make a process this worker; read back by `parseWorker`. */
export function workerArguments({ service, number, of, drainOnly }: Worker): string[] {
  const place = of === 1 ? [] : ['--worker', `${number}/${of}`]
  return ['--service', service, ...place, ...(drainOnly ? ['--drain-only'] : [])]
}

/** Reads `2/3`; undefined when it is not of that form. */
export function parseWorkerPlace(text: string): Pick<Worker, 'number' | 'of'> | undefined {
  const [, number, of] = (/^([1-9]\d?)\/([1-9]\d?)$/.exec(text) ?? []).map(Number)
  if (number === undefined || of === undefined || number > of) return undefined
  return { number, of }
}
