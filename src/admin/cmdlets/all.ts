import type { Cmdlet } from '../shell/cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { receiveConnectorCmdlets } from './receive-connector.ts'
import { sendConnectorCmdlets } from './send-connector.ts'

/** What the commands work on. */
export interface Server {
  readonly configuration: Configuration
}

/** The commands that manage the server. */
export function serverCmdlets({ configuration }: Server): readonly Cmdlet[] {
  return [...receiveConnectorCmdlets(configuration), ...sendConnectorCmdlets(configuration)]
}
