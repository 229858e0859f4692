import { z } from 'zod'
import { transportAgentSchema } from '../agents/host/transport-agent.ts'
import { oneOf, text } from '../base/setting-fields.ts'
import { directorySchema } from '../directory/directory-schema.ts'
import { recipientSchema } from '../directory/recipient-schema.ts'
import { acceptedDomainSchema } from '../pipeline/accepted-domain.ts'
import { receiveConnectorSchema } from '../receive/connectors/receive-connector.ts'
import { userSchema } from '../receive/users/user.ts'
import { deliveryAgentConnectorSchema } from '../deliver/agents/delivery-agent-connector.ts'
import { foreignConnectorSchema } from '../deliver/drop/foreign-connector.ts'
import { sendConnectorSchema } from '../deliver/smtp/send-connector.ts'
import { certificateFileSchema } from '../tls/certificate-file.ts'
import { remoteDomainSchema } from '../dsn/remote-domain.ts'
import { addressRewriteEntrySchema } from '../agents/address-rewriting/address-rewrite-entry.ts'
import { transportConfigSchema } from '../dsn/transport-config.ts'
import { frontendTransportServiceSchema, transportServiceSchema } from './transport-service.ts'

export const serverSchema = z.strictObject({
  /** Empty: the machine's name up to the first dot, in capitals. */
  Name: text().default(''),
  /** Empty: the machine's name. */
  Fqdn: text().default(''),
  Role: oneOf(['Mailbox', 'Edge']).default('Mailbox'),
})

/** Sections that are one set of settings; left out, all of them have their defaults. */
export const settingsSections = {
  Server: serverSchema,
  TransportService: transportServiceSchema,
  FrontendTransportService: frontendTransportServiceSchema,
  TransportConfig: transportConfigSchema,
  Directory: directorySchema,
}

/** Sections that are lists of sets of settings. */
export const listSections = {
  AcceptedDomains: acceptedDomainSchema,
  RemoteDomains: remoteDomainSchema,
  AddressRewriteEntries: addressRewriteEntrySchema,
  ReceiveConnectors: receiveConnectorSchema,
  SendConnectors: sendConnectorSchema,
  ForeignConnectors: foreignConnectorSchema,
  DeliveryAgentConnectors: deliveryAgentConnectorSchema,
  Users: userSchema,
  Recipients: recipientSchema,
  Certificates: certificateFileSchema,
  TransportAgents: transportAgentSchema,
}

/** The whole file, every section optional. Without ReceiveConnectors the role's defaults apply. */
export const configFileSchema = z.strictObject({
  Server: serverSchema.optional(),
  AcceptedDomains: z.array(acceptedDomainSchema).optional(),
  RemoteDomains: z.array(remoteDomainSchema).optional(),
  AddressRewriteEntries: z.array(addressRewriteEntrySchema).optional(),
  ReceiveConnectors: z.array(receiveConnectorSchema).optional(),
  SendConnectors: z.array(sendConnectorSchema).optional(),
  ForeignConnectors: z.array(foreignConnectorSchema).optional(),
  DeliveryAgentConnectors: z.array(deliveryAgentConnectorSchema).optional(),
  Users: z.array(userSchema).optional(),
  Recipients: z.array(recipientSchema).optional(),
  Certificates: z.array(certificateFileSchema).optional(),
  TransportAgents: z.array(transportAgentSchema).optional(),
  TransportService: transportServiceSchema.optional(),
  FrontendTransportService: frontendTransportServiceSchema.optional(),
  TransportConfig: transportConfigSchema.optional(),
  Directory: directorySchema.optional(),
})
