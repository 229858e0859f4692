import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { type Milliseconds, minute, second } from '../../base/time-span.ts'
import type { TargetTrouble } from './failure-policy.ts'

/** What the memory goes by; a part of TransportService. */
export interface AddressSettings {
  readonly QueueGlitchRetryInterval: Milliseconds
  readonly MaxOutboundConnections: number
  readonly MaxPerDomainOutboundConnections: number
}

/** Connections to an address that has not delivered anything lately. */
const mostToUnproven = 4
/** How long an address that delivered, or refused somebody's mail, is taken for proven. */
const provenFor: Milliseconds = 10 * minute
/** A session that is being opened for so long tells the others how it would go with them. */
const slowAfter: Milliseconds = 10 * second
/** The same where as many are being opened as may be. */
const slowAfterWhenFull: Milliseconds = 2 * second
/** Never longer, whatever the retry interval. */
const longestHold: Milliseconds = 15 * second
/** Addresses that nobody uses just now are forgotten above this number, the oldest first. */
const mostAddresses = 10_000

/** A connection to an address, from before it is dialled to its end. */
export interface Presence {
  /** MAIL may be said. */
  reached(): void
  /** Somebody's mail was delivered or refused for good. */
  proved(): void
  /** It is over; with `trouble` when the address was of no use, which others need not find out anew. */
  left(trouble?: TargetTrouble): void
}

/** Why an address is not dialled. `crowded`: there are enough connections to it; soon there may be fewer. */
export type AddressRefusal =
  { readonly kind: 'trouble'; readonly trouble: TargetTrouble } | { readonly kind: 'crowded' }

interface AddressMemoryOptions {
  readonly clock: Clock
  readonly settings: Live<AddressSettings>
}

/**
 * What all queues know of an address together: how many connections it holds, and whether it was refused,
 * silent or slow a moment ago. So many domains behind one address hold a bounded number of connections, and
 * each finds out in no time what the first of them found out.
 */
export class AddressMemory {
  readonly #options: AddressMemoryOptions
  readonly #addresses = new Map<string, KnownAddress>()

  constructor(options: AddressMemoryOptions) {
    this.#options = options
  }

  /**
   * Asks for a connection to `key`. `insists`: somebody who may know better wants it tried. `slow` words
   * the trouble of an address that keeps others waiting for so long.
   */
  enter(
    key: string,
    { insists, slow }: { insists: boolean; slow: (waited: Milliseconds) => TargetTrouble },
  ): Presence | AddressRefusal {
    const address = this.#addresses.get(key) ?? new KnownAddress()
    const refusal = insists ? undefined : this.#refusal(address, slow)
    if (refusal !== undefined) return refusal
    this.#addresses.set(key, address)
    this.#forgetSome()
    const { clock, settings } = this.#options
    return new KnownPresence(address, {
      clock,
      hold: () => Math.min(settings.current.QueueGlitchRetryInterval / 2, longestHold),
      onEmpty: () => {
        if (address.isForgettable(clock.monotonic())) this.#addresses.delete(key)
      },
    })
  }

  #refusal(
    address: KnownAddress,
    slow: (waited: Milliseconds) => TargetTrouble,
  ): AddressRefusal | undefined {
    const now = this.#options.clock.monotonic()
    const trouble = address.troubleAt(now)
    if (trouble !== undefined) return { kind: 'trouble', trouble }
    const waited = address.longestOpening(now)
    if (waited >= slowAfter) return { kind: 'trouble', trouble: slow(waited) }
    if (this.#hasRoom(address, now)) return undefined
    return waited >= slowAfterWhenFull
      ? { kind: 'trouble', trouble: slow(waited) }
      : { kind: 'crowded' }
  }

  #hasRoom(address: KnownAddress, now: Milliseconds): boolean {
    const { MaxOutboundConnections, MaxPerDomainOutboundConnections } =
      this.#options.settings.current
    if (!address.isProven(now)) return address.unproven < mostToUnproven
    const half = Math.floor(MaxOutboundConnections / 2)
    return address.held < Math.max(MaxPerDomainOutboundConnections, half)
  }

  #forgetSome(): void {
    if (this.#addresses.size <= mostAddresses) return
    for (const [key, { held }] of this.#addresses) {
      if (held > 0) continue
      this.#addresses.delete(key)
      return
    }
  }
}

/** What is known of one address. */
class KnownAddress {
  /** Connections to it. */
  held = 0
  /** Those of them that have not proved it. */
  unproven = 0
  /** When those that are being opened began, in that order. */
  readonly openings = new Map<object, Milliseconds>()
  #provenAt: Milliseconds = -Infinity
  #trouble: TargetTrouble | undefined
  #until: Milliseconds = -Infinity

  isProven(now: Milliseconds): boolean {
    return now - this.#provenAt < provenFor
  }

  troubleAt(now: Milliseconds): TargetTrouble | undefined {
    return now < this.#until ? this.#trouble : undefined
  }

  /** How long the first of those being opened has waited, since the address last answered for any. */
  longestOpening(now: Milliseconds): Milliseconds {
    const [first = now] = this.openings.values()
    return now - Math.max(first, this.#provenAt)
  }

  /** It answers other connections, or has since then: what befell this one says nothing of them. */
  servesOthers(since: Milliseconds): boolean {
    return this.held > this.openings.size || this.#provenAt >= since
  }

  prove(now: Milliseconds): void {
    this.#provenAt = now
    this.#until = -Infinity
    this.#trouble = undefined
  }

  fail(trouble: TargetTrouble, until: Milliseconds): void {
    this.#trouble = trouble
    this.#until = until
  }

  isForgettable(now: Milliseconds): boolean {
    return this.held === 0 && !this.isProven(now) && this.troubleAt(now) === undefined
  }
}

interface PresenceParts {
  readonly clock: Clock
  readonly hold: () => Milliseconds
  readonly onEmpty: () => void
}

class KnownPresence implements Presence {
  readonly #address: KnownAddress
  readonly #parts: PresenceParts
  readonly #begunAt: Milliseconds
  #state: 'opening' | 'reached' | 'proved' | 'left' = 'opening'

  constructor(address: KnownAddress, parts: PresenceParts) {
    this.#address = address
    this.#parts = parts
    this.#begunAt = parts.clock.monotonic()
    address.held++
    address.unproven++
    address.openings.set(this, this.#begunAt)
  }

  reached(): void {
    if (this.#state !== 'opening') return
    this.#state = 'reached'
    this.#address.openings.delete(this)
  }

  proved(): void {
    if (this.#state === 'proved' || this.#state === 'left') return
    this.reached()
    this.#state = 'proved'
    this.#address.unproven--
    this.#address.prove(this.#parts.clock.monotonic())
  }

  left(trouble?: TargetTrouble): void {
    if (this.#state === 'left') return
    this.reached()
    if (this.#state !== 'proved') this.#address.unproven--
    this.#state = 'left'
    this.#address.held--
    if (trouble !== undefined && !this.#address.servesOthers(this.#begunAt))
      this.#address.fail(trouble, this.#parts.clock.monotonic() + this.#parts.hold())
    this.#parts.onEmpty()
  }
}
