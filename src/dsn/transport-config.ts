import { z } from 'zod'
import { byteSize, countOrUnlimited, flag, text } from '../base/setting-fields.ts'

const maximumBytes = 2_147_482_624

/** Set-TransportConfig's parameters. */
export const transportConfigSchema = z.strictObject({
  /** Organisation limits, beside those of the connectors. */
  MaxReceiveSize: byteSize(0, maximumBytes, true).default(Infinity),
  /** For senders of the organisation. */
  MaxSendSize: byteSize(0, maximumBytes, true).default(Infinity),
  MaxRecipientEnvelopeLimit: countOrUnlimited(0).default(Infinity),
  InternalDelayDsnEnabled: flag().default(true),
  ExternalDelayDsnEnabled: flag().default(true),
  InternalDsnSendHtml: flag().default(true),
  ExternalDsnSendHtml: flag().default(true),
  /** Larger originals come back as headers only. */
  InternalDsnMaxMessageAttachSize: byteSize(0, 2 ** 31 - 1).default(10 * 1024 ** 2),
  ExternalDsnMaxMessageAttachSize: byteSize(0, 2 ** 31 - 1).default(10 * 1024 ** 2),
  /** Empty: the server's Fqdn. */
  InternalDsnReportingAuthority: text().default(''),
  ExternalDsnReportingAuthority: text().default(''),
  /** Empty: postmaster at the default accepted domain, else at the server's Fqdn. */
  ExternalPostmasterAddress: text().default(''),
})

export type TransportConfig = Readonly<z.output<typeof transportConfigSchema>>
