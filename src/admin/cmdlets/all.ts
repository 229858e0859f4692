import type { Cmdlet } from '../shell/cmdlet.ts'
import { acceptedDomainCmdlets } from './accepted-domain.ts'
import type { Configuration } from './configuration.ts'
import { exchangeCertificateCmdlets } from './exchange-certificate.ts'
import { localUserCmdlets } from './local-user.ts'
import { receiveConnectorCmdlets } from './receive-connector.ts'
import { sendConnectorCmdlets } from './send-connector.ts'
import { transportConfigCmdlets } from './transport-config.ts'
import { frontendTransportServiceCmdlets, transportServiceCmdlets } from './transport-services.ts'

/** What the commands work on. */
export interface Server {
  readonly configuration: Configuration
}

/** The commands that manage the server. */
export function serverCmdlets({ configuration }: Server): readonly Cmdlet[] {
  return [
    ...receiveConnectorCmdlets(configuration),
    ...sendConnectorCmdlets(configuration),
    ...acceptedDomainCmdlets(configuration),
    ...transportServiceCmdlets(configuration),
    ...frontendTransportServiceCmdlets(configuration),
    ...transportConfigCmdlets(configuration),
    ...localUserCmdlets(configuration),
    ...exchangeCertificateCmdlets(configuration),
  ]
}
