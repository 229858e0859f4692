import type { Live } from '../base/live.ts'
import { ownAddresses } from '../base/own-addresses.ts'
import type { ServerConfig } from '../config/server-config.ts'
import type { ServiceTarget } from '../proxy/service-session.ts'
import type { ReceiveConnector } from '../receive/connectors/receive-connector.ts'
import { type ServiceTargets, serviceTargets } from '../receive/connectors/service-targets.ts'

/** Where the services of this server find one another, by the configuration in force. */
export class LiveServiceTargets {
  readonly #config: Live<ServerConfig>
  #connectors: readonly ReceiveConnector[] | undefined
  #targets: ServiceTargets | undefined

  constructor(config: Live<ServerConfig>) {
    this.#config = config
  }

  /** See ServiceTargets. */
  backEndOf(frontEnd: ReceiveConnector): ServiceTarget | undefined {
    return this.#ask((targets) => targets.backEndOf(frontEnd))
  }

  /** See ServiceTargets. */
  outboundProxy(): ServiceTarget | undefined {
    return this.#ask((targets) => targets.outboundProxy)
  }

  /** Without an answer the targets are worked out anew: the machine may have got its address only now. */
  #ask(which: (targets: ServiceTargets) => ServiceTarget | undefined): ServiceTarget | undefined {
    const connectors = this.#config.current.ReceiveConnectors
    const known =
      this.#connectors === connectors && this.#targets ? which(this.#targets) : undefined
    if (known !== undefined) return known
    this.#connectors = connectors
    this.#targets = serviceTargets({ connectors, addresses: ownAddresses() })
    return which(this.#targets)
  }
}
