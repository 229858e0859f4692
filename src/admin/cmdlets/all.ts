import type { Cmdlet } from '../shell/cmdlet.ts'
import { type ServerInquiry, serverFactCmdlets } from './exchange-server.ts'
import { type MailFlow, mailFlowCmdlets } from './mail-flow.ts'
import { type TrackingLogs, trackingLogCmdlets } from './message-tracking-log.ts'
import { type ProtocolLogs, protocolLogCmdlets } from './protocol-log.ts'
import { type Connectivity, connectivityCmdlets } from './smtp-connectivity.ts'
import { messageCmdlets } from './message-cmdlets.ts'
import { exportCmdlets } from './message-export.ts'
import { queueCmdlets } from './queue-cmdlets.ts'
import { digestCmdlets } from './queue-digest.ts'
import type { QueueServer } from './queue-server.ts'
import { type Routes, routeCmdlets } from './test-route.ts'

/** What the cmdlets work on. It is implemented in rows above and given in. */
export interface Administration {
  readonly routes: Routes
  readonly protocolLogs: ProtocolLogs
  readonly connectivity: Connectivity
  readonly server: ServerInquiry
  readonly trackingLogs: TrackingLogs
  readonly mailFlow: MailFlow
  readonly queues: QueueServer
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
    ...trackingLogCmdlets(administration.trackingLogs),
    ...mailFlowCmdlets(administration.mailFlow),
    ...queueCmdlets(administration.queues),
    ...digestCmdlets(administration.queues),
    ...messageCmdlets(administration.queues),
    ...exportCmdlets(administration.queues),
  ]
}
