import type { Cmdlet } from '../shell/cmdlet.ts'
import { acceptedDomainCmdlets } from './configuration/accepted-domain.ts'
import { addressRewriteEntryCmdlets } from './configuration/address-rewrite-entry.ts'
import type { RunningAgents } from './agents/running-agents.ts'
import { transportAgentCmdlets } from './agents/transport-agent.ts'
import { transportPipelineCmdlets } from './agents/transport-pipeline.ts'
import { type AgentLogs, agentLogCmdlets } from './logs/agent-log.ts'
import { type AuditLogs, auditLogCmdlets } from './logs/admin-audit-log.ts'
import type { Configuration } from './configuration/configuration.ts'
import { connectorPermissionCmdlets } from './configuration/connector-permission.ts'
import { exchangeCertificateCmdlets } from './configuration/exchange-certificate.ts'
import { type ServerInquiry, serverFactCmdlets } from './configuration/exchange-server.ts'
import { type MailFlow, mailFlowCmdlets } from './tests/mail-flow.ts'
import { type TrackingLogs, trackingLogCmdlets } from './logs/message-tracking-log.ts'
import { type ProtocolLogs, protocolLogCmdlets } from './logs/protocol-log.ts'
import { type ServerHealth, serviceHealthCmdlets } from './tests/service-health.ts'
import { type Connectivity, connectivityCmdlets } from './tests/smtp-connectivity.ts'
import { messageCmdlets } from './queues/message-cmdlets.ts'
import { exportCmdlets } from './queues/message-export.ts'
import { queueCmdlets } from './queues/queue-cmdlets.ts'
import { digestCmdlets } from './queues/queue-digest.ts'
import type { QueueServer } from './queues/queue-server.ts'
import { recipientCmdlets } from './recipients/recipient-cmdlets.ts'
import type { RecipientListing } from './recipients/recipient-listing.ts'
import { localUserCmdlets } from './configuration/local-user.ts'
import { receiveConnectorCmdlets } from './configuration/receive-connector.ts'
import { remoteDomainCmdlets } from './configuration/remote-domain.ts'
import { deliveryAgentConnectorCmdlets } from './configuration/gateways/delivery-agent-connector.ts'
import { foreignConnectorCmdlets } from './configuration/gateways/foreign-connector.ts'
import { sendConnectorCmdlets } from './configuration/send-connector.ts'
import { type Routes, routeCmdlets } from './tests/test-route.ts'
import { transportConfigCmdlets } from './configuration/transport-config.ts'
import {
  frontendTransportServiceCmdlets,
  transportServiceCmdlets,
} from './configuration/transport-services.ts'

/** What the cmdlets work on. It is implemented in rows above and given in. */
export interface Administration {
  readonly routes: Routes
  readonly protocolLogs: ProtocolLogs
  readonly connectivity: Connectivity
  readonly server: ServerInquiry
  readonly health: ServerHealth
  readonly trackingLogs: TrackingLogs
  readonly agents: RunningAgents
  readonly agentLogs: AgentLogs
  readonly auditLogs: AuditLogs
  readonly mailFlow: MailFlow
  readonly queues: QueueServer
  readonly configuration: Configuration
  readonly recipients: RecipientListing
}

/**
 * The cmdlets of the server. Each start of the shell loads all that is imported here, so these modules
 * hold names, parameters and what is shown; schemas and sockets come in by the interfaces, whose
 * implementations load them when they are first used.
 */
export function serverCmdlets(administration: Administration): readonly Cmdlet[] {
  return [
    ...routeCmdlets(administration.routes),
    ...protocolLogCmdlets(administration.protocolLogs),
    ...connectivityCmdlets(administration.connectivity),
    ...serverFactCmdlets(administration.server),
    ...serviceHealthCmdlets(administration.health, administration.server),
    ...trackingLogCmdlets(administration.trackingLogs),
    ...agentLogCmdlets(administration.agentLogs),
    ...auditLogCmdlets(administration.auditLogs, administration.server),
    ...mailFlowCmdlets(administration.mailFlow, administration.server),
    ...queueCmdlets(administration.queues),
    ...digestCmdlets(administration.queues),
    ...messageCmdlets(administration.queues),
    ...exportCmdlets(administration.queues),
    ...transportPipelineCmdlets(administration.agents),
    ...transportAgentCmdlets(administration.configuration, administration.agents),
    ...configurationCmdlets(administration.configuration),
    ...recipientCmdlets(administration.configuration, administration.recipients),
  ]
}

/** The cmdlets that show and change the configuration. */
export function configurationCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return [
    ...receiveConnectorCmdlets(configuration),
    ...connectorPermissionCmdlets(configuration),
    ...sendConnectorCmdlets(configuration),
    ...foreignConnectorCmdlets(configuration),
    ...deliveryAgentConnectorCmdlets(configuration),
    ...acceptedDomainCmdlets(configuration),
    ...remoteDomainCmdlets(configuration),
    ...addressRewriteEntryCmdlets(configuration),
    ...transportServiceCmdlets(configuration),
    ...frontendTransportServiceCmdlets(configuration),
    ...transportConfigCmdlets(configuration),
    ...localUserCmdlets(configuration),
    ...exchangeCertificateCmdlets(configuration),
  ]
}
