import { aborted } from '../../base/aborted.ts'
import type { ConnectivitySession } from '../../logs/connectivity-log.ts'
import type { ConnectionResult } from '../../queue/delivery-agent.ts'
import type { QueueKey } from '../../queue/queue-key.ts'
import type { AddressMemory, Presence } from './address-memory.ts'
import { lookupsDescription, nextHopOutcome } from './connectivity-texts.ts'
import { type TargetTrouble, speaksForAddress, unreachableText } from './failure-policy.ts'
import type { KnownTargets, Targets } from './known-targets.ts'
import type { Lookup, NextHop } from './next-hop.ts'
import type { RunWatch } from './run-watch.ts'
import type { SendConnector } from './send-connector.ts'
import type { DeliverySession, SessionOpener } from './session-opener.ts'
import { type Target, targetEndpoint, targetName } from './target.ts'
import { crowdedText, silentToOthers } from './waiting-text.ts'

export interface TargetWalkOptions {
  readonly queue: QueueKey
  readonly connector: SendConnector
  readonly findNextHop: (onLookup: (lookup: Lookup) => void) => Promise<NextHop>
  readonly opener: SessionOpener
  readonly addresses: AddressMemory
  readonly watch: RunWatch
  /** Try each target, whatever is known of its address. */
  readonly insists: boolean
  readonly signal: AbortSignal
}

/** The way of one delivery connection along the targets of its queue, each tried once. */
export class TargetWalk {
  readonly #options: TargetWalkOptions
  #targets: readonly Target[] | undefined
  /** What the DNS has yet to tell of targets, for when those that are known are of no use. */
  #later: KnownTargets['later']
  #dnsFaults: readonly string[] = []
  /** Index of the target in use or to be tried next. */
  #current = 0
  #first: { readonly trouble: TargetTrouble; readonly target: Target } | undefined
  /** One that was passed over since it holds enough of our connections. */
  #crowded: Target | undefined
  /** At the address of the session that was opened last. */
  #presence: Presence | undefined

  constructor(options: TargetWalkOptions) {
    this.#options = options
  }

  /** A session with the next target that gives one, or why there is none. Never rejects. */
  async open(): Promise<DeliverySession | ConnectionResult> {
    this.leave()
    return this.#targets === undefined ? this.#search() : this.#connect(this.#targets)
  }

  /** The target in use proved to be of no use. */
  advance(trouble: TargetTrouble, target: Target): void {
    this.#first ??= { trouble, target }
    this.#current++
  }

  /** Begins with the first target again, for mail that may fare better there. */
  restart(): void {
    this.#current = 0
  }

  /** The session in use delivered, or had somebody's mail refused for good. */
  proved(): void {
    this.#presence?.proved()
  }

  /** The session in use is over, or waits for another connection to use it. */
  leave(): void {
    this.#presence?.left()
    this.#presence = undefined
  }

  async #search(): Promise<DeliverySession | ConnectionResult> {
    const { opener, queue, findNextHop, watch } = this.#options
    const begun = opener.begin(queue)
    const lookups: Lookup[] = []
    const tooLong = watch.lookUp(queue.nextHopDomain)
    const finding = findNextHop((lookup) => lookups.push(lookup))
    const nextHop = (await Promise.race([finding, aborted(tooLong)])) ?? givenUp(watch)
    if (lookups.length > 0) begun.note(lookupsDescription(lookups))
    if (nextHop.kind !== 'targets') {
      begun.end(nextHopOutcome(nextHop))
      return nextHop
    }
    this.#targets = nextHop.targets
    this.#later = nextHop.later
    this.#dnsFaults = nextHop.dnsFaults
    return this.#connect(nextHop.targets, begun)
  }

  async #connect(
    targets: readonly Target[],
    begun?: ConnectivitySession,
  ): Promise<DeliverySession | ConnectionResult> {
    const { signal, watch } = this.#options
    let first = begun
    watch.begin()
    for (; this.#current < targets.length; this.#current++) {
      const target = targets[this.#current]
      if (target === undefined || signal.aborted || watch.isGivenUp) break
      const presence = this.#enter(target)
      if ('kind' in presence) {
        if (presence.kind === 'crowded') this.#crowded = target
        else this.#first ??= { trouble: presence.trouble, target }
        continue
      }
      const opened = await this.#open(target, presence, first)
      first = undefined
      if ('client' in opened) return opened
      this.#first ??= { trouble: opened, target }
    }
    first?.end()
    if (signal.aborted) return { kind: 'served' }
    if (this.#later !== undefined && !watch.isGivenUp) return this.#goOn(targets, this.#later)
    if (this.#crowded !== undefined && !watch.isGivenUp)
      return { kind: 'crowded', error: crowdedText(targetEndpoint(this.#crowded)) }
    return this.#unreachable(targets)
  }

  /** The known targets were of no use. */
  async #goOn(
    known: readonly Target[],
    later: () => Promise<Targets>,
  ): Promise<DeliverySession | ConnectionResult> {
    const { watch, queue } = this.#options
    this.#later = undefined
    const tooLong = watch.lookUp(queue.nextHopDomain)
    const found = await Promise.race([later(), aborted(tooLong)])
    if (found === undefined) return this.#unreachable(known)
    this.#targets = [...known, ...found.targets]
    this.#dnsFaults = found.dnsFaults
    return this.#connect(this.#targets)
  }

  #enter(target: Target) {
    const { addresses, connector, insists } = this.#options
    const slow = silentToOthers(targetEndpoint(target))
    return addresses.enter(addressKey(target, connector), { insists, slow })
  }

  async #open(
    target: Target,
    presence: Presence,
    begun: ConnectivitySession | undefined,
  ): Promise<DeliverySession | TargetTrouble> {
    const { opener, queue, connector, signal, watch } = this.#options
    const isLast = this.#current + 1 >= (this.#targets?.length ?? 0)
    const tooLong = watch.open(target, !isLast || this.#later !== undefined)
    const shutDown = () => watch.shutDown()
    signal.addEventListener('abort', shutDown, { once: true })
    const opened = await opener.open({ target, connector, queue, signal: tooLong, begun, watch })
    signal.removeEventListener('abort', shutDown)
    if ('client' in opened) {
      presence.reached()
      this.#presence = presence
      watch.use(opened)
      return opened
    }
    const speaks = !signal.aborted && (watch.left !== undefined || speaksForAddress(opened))
    presence.left(speaks ? opened : undefined)
    return opened
  }

  #unreachable(targets: readonly Target[]): ConnectionResult {
    const last = targets.at(-1)
    if (this.#first === undefined || last === undefined)
      return { kind: 'unreachable', error: '451 4.4.0 There was no target to try' }
    const { trouble, target } = this.#first
    const error = unreachableText(trouble, last, this.#dnsFaults)
    return { kind: 'unreachable', error, remoteHost: targetName(target) }
  }
}

function givenUp({ left }: RunWatch): NextHop {
  const error = left?.kind === 'policy' ? left.text : '451 4.4.0 DNS query failed'
  return { kind: 'unreachable', error }
}

/** What an address is remembered by: from elsewhere, or on another way, it may answer differently. */
function addressKey(
  target: Target,
  { SourceIPAddress, FrontendProxyEnabled }: SendConnector,
): string {
  return `${targetEndpoint(target)} ${SourceIPAddress} ${FrontendProxyEnabled}`
}
