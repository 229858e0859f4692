import type { ResolverOptions } from 'node:dns'
import { Resolver as NodeResolver } from 'node:dns/promises'
import { domainToASCII } from 'node:url'
import type { Live } from '../base/live.ts'
import { type Milliseconds, hour, second } from '../base/time-span.ts'
import type { Lookups, TimedAnswer } from './lookups.ts'
import type { MxRecord } from './resolver.ts'

/**
 * Each server is asked twice, the second time with twice the patience. c-ares lowers its patience with a
 * server that was quick so far, to less than a second; so one that has learned nothing asks again, or names
 * whose own servers are slow would never be found behind a quick resolver.
 */
const firstPatience = { timeout: 3 * second, tries: 1 }
const secondPatience = { timeout: 6 * second, tries: 1 }

/** node:dns tells no lifetime for MX records and for negative answers. */
const mxLifetime = 60 * second
const negativeLifetime = 30 * second
const failureLifetime = 5 * second
/** To wait for a server that says nothing costs more than to ask one that fails. */
const silenceLifetime = 30 * second
const shortestLifetime = 5 * second
const longestLifetime = hour

/** c-ares: the name does not exist, or could not exist at all. */
const nonexistentCodes = new Set(['ENOTFOUND', 'EBADNAME'])

/** c-ares: the server answered that it could not, or would not, look. Another one may. */
const evasiveCodes = new Set(['ESERVFAIL', 'EREFUSED', 'ENOTIMP', 'EFORMERR', 'EBADRESP'])

/** Look-ups by Node's own resolver (c-ares) at the given servers; none means the machine's. */
export class NodeLookups implements Lookups {
  readonly #servers: Live<readonly string[]>
  #used: readonly string[] | undefined
  #resolver = new NodeResolver(firstPatience)
  /** One for each server but the first, made when it is asked by itself. */
  #others: readonly NodeResolver[] | undefined

  constructor(servers: Live<readonly string[]>) {
    this.#servers = servers
  }

  mx(domain: string): Promise<TimedAnswer<MxRecord>> {
    return this.#ask('MX', domain, async (resolver, name) => {
      const found = await resolver.resolveMx(name)
      const records = found.map(({ priority, exchange }) => ({
        preference: priority,
        exchange: exchange.toLowerCase().replace(/\.$/, ''),
      }))
      return { records, lifetime: mxLifetime }
    })
  }

  ipv4(host: string): Promise<TimedAnswer<string>> {
    return this.#ask('A', host, async (resolver, name) =>
      timedRecords(await resolver.resolve4(name, { ttl: true })),
    )
  }

  ipv6(host: string): Promise<TimedAnswer<string>> {
    return this.#ask('AAAA', host, async (resolver, name) =>
      timedRecords(await resolver.resolve6(name, { ttl: true })),
    )
  }

  async #ask<T>(
    type: string,
    name: string,
    look: (resolver: NodeResolver, name: string) => Promise<FoundRecords<T>>,
  ): Promise<TimedAnswer<T>> {
    const ascii = asciiName(name)
    try {
      const { records, lifetime } = await this.#insist((resolver) => look(resolver, ascii))
      if (records.length > 0) return { answer: { kind: 'found', records }, lifetime }
      return { answer: { kind: 'empty' }, lifetime: negativeLifetime }
    } catch (error) {
      return refusal(error, `${type} ${name}`)
    }
  }

  /**
   * Node goes on to the next server only when one is silent, and takes a SERVFAIL or REFUSED for the
   * answer of all. So the others are asked then, one by one, until one of them tells.
   */
  async #insist<T>(look: (resolver: NodeResolver) => Promise<T>): Promise<T> {
    try {
      return await this.#patiently(look)
    } catch (first) {
      if (!evasiveCodes.has(codeOf(first))) throw first
      for (const other of this.#otherServers()) {
        try {
          return await look(other)
        } catch (error) {
          if (isDecisive(codeOf(error))) throw error
        }
      }
      throw first
    }
  }

  async #patiently<T>(look: (resolver: NodeResolver) => Promise<T>): Promise<T> {
    try {
      return await look(this.#current())
    } catch (error) {
      if (codeOf(error) !== 'ETIMEOUT') throw error
      return await look(resolverAt(this.#servers.current, secondPatience))
    }
  }

  #otherServers(): readonly NodeResolver[] {
    this.#others ??= this.#resolver
      .getServers()
      .slice(1)
      .map((server) => resolverAt([server], firstPatience))
    return this.#others
  }

  /** Throws for a server address that is none; settings are checked, so that is a defect. */
  #current(): NodeResolver {
    const servers = this.#servers.current
    if (this.#used !== servers) {
      this.#resolver = resolverAt(servers, firstPatience)
      this.#others = undefined
      this.#used = servers
    }
    return this.#resolver
  }
}

/** No servers: the machine's. */
function resolverAt(servers: readonly string[], patience: ResolverOptions): NodeResolver {
  const resolver = new NodeResolver(patience)
  if (servers.length > 0) resolver.setServers(servers)
  return resolver
}

interface FoundRecords<T> {
  readonly records: readonly T[]
  readonly lifetime: Milliseconds
}

function timedRecords(
  found: readonly { readonly address: string; readonly ttl: number }[],
): FoundRecords<string> {
  const shortest = Math.min(...found.map(({ ttl }) => ttl * second), longestLifetime)
  return {
    records: found.map(({ address }) => address),
    lifetime: Math.max(shortest, shortestLifetime),
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

/** That there is no such name, or no such record, is an answer. */
function isDecisive(code: string): boolean {
  return nonexistentCodes.has(code) || code === 'ENODATA'
}

function refusal(error: unknown, question: string): TimedAnswer<never> {
  const code = codeOf(error)
  if (nonexistentCodes.has(code))
    return { answer: { kind: 'nonexistent' }, lifetime: negativeLifetime }
  if (code === 'ENODATA') return { answer: { kind: 'empty' }, lifetime: negativeLifetime }
  return {
    answer: { kind: 'failed', reason: `${code} for ${question}` },
    lifetime: code === 'ETIMEOUT' ? silenceLifetime : failureLifetime,
  }
}

/** Internationalised names travel in their ASCII form; an impossible one stays and is refused. */
function asciiName(name: string): string {
  return /[^\x00-\x7f]/.test(name) ? domainToASCII(name) : name
}
