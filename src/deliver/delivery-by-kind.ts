import type { ConnectionResult, DeliveryAgent, DeliveryLane } from '../queue/delivery-agent.ts'
import { type DeliveryAgentName, deliveryKinds } from '../queue/delivery-kinds.ts'

/** Hands each queue to the agent that delivers mail of its kind. */
export class DeliveryByKind implements DeliveryAgent {
  readonly #agents: Readonly<Record<DeliveryAgentName, DeliveryAgent>>

  constructor(agents: Readonly<Record<DeliveryAgentName, DeliveryAgent>>) {
    this.#agents = agents
  }

  serve(lane: DeliveryLane, signal: AbortSignal): Promise<ConnectionResult> {
    const { agent } = deliveryKinds[lane.key.deliveryType]
    if (agent !== undefined) return this.#agents[agent].serve(lane, signal)
    return Promise.resolve({
      kind: 'unroutable',
      error: '451 4.4.0 The queue leads to no next hop',
    })
  }
}
