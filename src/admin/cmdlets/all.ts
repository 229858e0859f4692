import type { Cmdlet } from '../shell/cmdlet.ts'
import { acceptedDomainCmdlets } from './accepted-domain.ts'
import { type AuditLogs, auditLogCmdlets } from './admin-audit-log.ts'
import type { Configuration } from './configuration.ts'
import { connectorPermissionCmdlets } from './connector-permission.ts'
import { exchangeCertificateCmdlets } from './exchange-certificate.ts'
import { type ServerInquiry, serverFactCmdlets } from './exchange-server.ts'
import { type MailFlow, mailFlowCmdlets } from './mail-flow.ts'
import { type TrackingLogs, trackingLogCmdlets } from './message-tracking-log.ts'
import { type ProtocolLogs, protocolLogCmdlets } from './protocol-log.ts'
import { type ServerHealth, serviceHealthCmdlets } from './service-health.ts'
import { type Connectivity, connectivityCmdlets } from './smtp-connectivity.ts'
import { messageCmdlets } from './message-cmdlets.ts'
import { exportCmdlets } from './message-export.ts'
import { queueCmdlets } from './queue-cmdlets.ts'
import { digestCmdlets } from './queue-digest.ts'
import type { QueueServer } from './queue-server.ts'
import { localUserCmdlets } from './local-user.ts'
import { receiveConnectorCmdlets } from './receive-connector.ts'
import { sendConnectorCmdlets } from './send-connector.ts'
import { type Routes, routeCmdlets } from './test-route.ts'
import { transportConfigCmdlets } from './transport-config.ts'
import { frontendTransportServiceCmdlets, transportServiceCmdlets } from './transport-services.ts'

/** What the cmdlets work on. It is implemented in rows above and given in. */
export interface Administration {
  readonly routes: Routes
  readonly protocolLogs: ProtocolLogs
  readonly connectivity: Connectivity
  readonly server: ServerInquiry
  readonly health: ServerHealth
  readonly trackingLogs: TrackingLogs
  readonly auditLogs: AuditLogs
  readonly mailFlow: MailFlow
  readonly queues: QueueServer
  readonly configuration: Configuration
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
    ...auditLogCmdlets(administration.auditLogs, administration.server),
    ...mailFlowCmdlets(administration.mailFlow, administration.server),
    ...queueCmdlets(administration.queues),
    ...digestCmdlets(administration.queues),
    ...messageCmdlets(administration.queues),
    ...exportCmdlets(administration.queues),
    ...configurationCmdlets(administration.configuration),
  ]
}

/** The cmdlets that show and change the configuration. */
export function configurationCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return [
    ...receiveConnectorCmdlets(configuration),
    ...connectorPermissionCmdlets(configuration),
    ...sendConnectorCmdlets(configuration),
    ...acceptedDomainCmdlets(configuration),
    ...transportServiceCmdlets(configuration),
    ...frontendTransportServiceCmdlets(configuration),
    ...transportConfigCmdlets(configuration),
    ...localUserCmdlets(configuration),
    ...exchangeCertificateCmdlets(configuration),
  ]
}
