import type { QueueKey } from '../../queue/queue-key.ts'
import { type SendConnector, completeSendConnector, sendConnectorSchema } from './send-connector.ts'

const usual = completeSendConnector(
  sendConnectorSchema.parse({
    Name: 'Redirection',
    Usage: 'Internal',
    AddressSpaces: ['*'],
    DNSRoutingEnabled: false,
  }),
)

/**
 * The connector by which redirected messages go to the server that their queue names, at port 25. Nobody
 * configures it; it is no Send connector that mail is routed to.
 */
export function intraOrganizationConnector(queue: QueueKey): SendConnector {
  return { ...usual, Name: queue.nextHopConnector, SmartHosts: [queue.nextHopDomain] }
}
