import type { TransportAgentSettings } from '../agents/host/transport-agent.ts'
import type { DirectorySettings } from '../directory/directory-schema.ts'
import type { RecipientEntry } from '../directory/recipient-entry.ts'
import type { AcceptedDomain } from '../pipeline/accepted-domain.ts'
import type { ReceiveConnector } from '../receive/connectors/receive-connector.ts'
import type { User } from '../receive/users/user.ts'
import type { DeliveryAgentConnector } from '../deliver/agents/delivery-agent-connector.ts'
import type { ForeignConnector } from '../deliver/drop/foreign-connector.ts'
import type { SendConnector } from '../deliver/smtp/send-connector.ts'
import type { RemoteDomain } from '../dsn/remote-domain.ts'
import type { AddressRewriteEntry } from '../agents/address-rewriting/address-rewrite-entry.ts'
import type { TransportConfig } from '../dsn/transport-config.ts'
import type { CertificateFile } from '../tls/certificate-file.ts'
import type { FrontendTransportService, TransportService } from './transport-service.ts'

export type ServerRole = 'Mailbox' | 'Edge'

/** Who this server is. */
export interface ServerIdentity {
  /** Short name, as it stands in connector names and logs: `EDGE01`. */
  readonly Name: string
  readonly Fqdn: string
  readonly Role: ServerRole
}

/** A checked configuration, complete with defaults and frozen. */
export interface ServerConfig {
  readonly Server: ServerIdentity
  readonly AcceptedDomains: readonly AcceptedDomain[]
  /** The entry for all domains, `*`, is always among them. */
  readonly RemoteDomains: readonly RemoteDomain[]
  readonly AddressRewriteEntries: readonly AddressRewriteEntry[]
  readonly ReceiveConnectors: readonly ReceiveConnector[]
  readonly SendConnectors: readonly SendConnector[]
  readonly ForeignConnectors: readonly ForeignConnector[]
  readonly DeliveryAgentConnectors: readonly DeliveryAgentConnector[]
  readonly Users: readonly User[]
  readonly Recipients: readonly RecipientEntry[]
  readonly Certificates: readonly CertificateFile[]
  readonly TransportAgents: readonly TransportAgentSettings[]
  readonly TransportService: TransportService
  readonly FrontendTransportService: FrontendTransportService
  readonly TransportConfig: TransportConfig
  readonly Directory: DirectorySettings
}
