import type { DeliveryType } from './delivery-kinds.ts'
import type { QueueKey } from './queue-key.ts'

/**
 * Values by queue key; keys are equal as in `queueKeyText`. The domains of each connector have a map of
 * their own: so a hundred thousand queues are found by the texts of their domains, which their keys
 * have anyway, and none needs a text of its whole key.
 */
export class QueueMap<Value> {
  readonly #domains = new Map<DeliveryType, Map<string, Map<string, Value>>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: QueueKey): Value | undefined {
    return this.#domainsOf(key)?.get(domainText(key))
  }

  has(key: QueueKey): boolean {
    return this.#domainsOf(key)?.has(domainText(key)) === true
  }

  set(key: QueueKey, value: Value): void {
    const domains = this.#domainsOf(key) ?? this.#newDomains(key)
    const before = domains.size
    domains.set(domainText(key), value)
    this.#size += domains.size - before
  }

  delete(key: QueueKey): void {
    const domains = this.#domainsOf(key)
    if (domains?.delete(domainText(key)) !== true) return
    this.#size--
    if (domains.size === 0) this.#domains.get(key.deliveryType)?.delete(key.nextHopConnector)
  }

  *values(): Generator<Value, void, undefined> {
    for (const connectors of this.#domains.values()) {
      for (const domains of connectors.values()) yield* domains.values()
    }
  }

  #domainsOf({ deliveryType, nextHopConnector }: QueueKey): Map<string, Value> | undefined {
    return this.#domains.get(deliveryType)?.get(nextHopConnector)
  }

  #newDomains({ deliveryType, nextHopConnector }: QueueKey): Map<string, Value> {
    const domains = new Map<string, Value>()
    const connectors = this.#domains.get(deliveryType)
    if (connectors === undefined) {
      this.#domains.set(deliveryType, new Map([[nextHopConnector, domains]]))
    } else connectors.set(nextHopConnector, domains)
    return domains
  }
}

/** The very string of the key where it is in lower case, as most are. */
function domainText({ nextHopDomain }: QueueKey): string {
  return nextHopDomain.toLowerCase()
}
