import { z } from 'zod'
import {
  byteSize,
  count,
  flag,
  flags,
  list,
  oneOf,
  text,
  timeSpan,
} from '../../base/setting-fields.ts'
import { day, minute, second } from '../../base/time-span.ts'
import { addressSpace, addressSpaceNotation } from '../../pipeline/address-space.ts'

/** A Send connector's settings, by Exchange's parameter names. Sizes are bytes, times milliseconds. */
export const sendConnectorSchema = z.strictObject({
  Name: text(),
  Enabled: flag().default(true),
  Comment: text().default(''),
  Usage: oneOf(['Custom', 'Internal', 'Internet', 'Partner']).default('Custom'),
  AddressSpaces: list(addressSpace(), addressSpaceNotation),
  /** Names of the servers that use the connector; none: this one. */
  SourceTransportServers: list(text()).default([]),
  DNSRoutingEnabled: flag().default(true),
  /** Host names or addresses, without brackets. */
  SmartHosts: list(text()).default([]),
  SmartHostAuthMechanism: oneOf([
    'None',
    'BasicAuth',
    'BasicAuthRequireTLS',
    'ExternalAuthoritative',
  ]).default('None'),
  AuthenticationCredential: z
    .strictObject({
      UserName: text(),
      Password: text().optional(),
      PasswordFile: text().optional(),
    })
    .optional(),
  Port: count(1, 65_535).default(25),
  UseExternalDNSServersEnabled: flag().default(false),
  SourceIPAddress: text().default('0.0.0.0'),
  /** Name given in EHLO; empty: the server's. */
  Fqdn: text().default(''),
  /** Default 35 MB; unlimited for Usage Internal. Filled in by `send-connector-defaults.ts`. */
  MaxMessageSize: byteSize(0, 2 ** 31 - 1, true).optional(),
  ConnectionInactivityTimeOut: timeSpan(second, day).default(10 * minute),
  SmtpMaxMessagesPerConnection: count(1).default(20),
  ForceHELO: flag().default(false),
  IgnoreSTARTTLS: flag().default(false),
  RequireTLS: flag().default(false),
  TlsAuthLevel: oneOf(['EncryptionOnly', 'CertificateValidation', 'DomainValidation']).optional(),
  TlsDomain: text().default(''),
  TlsCertificateName: text().default(''),
  ErrorPolicies: flags([
    'Default',
    'DowngradeDnsFailures',
    'DowngradeCustomFailures',
    'UpgradeCustomFailures',
  ]).default(['Default']),
  ProtocolLoggingLevel: oneOf(['None', 'Verbose']).default('None'),
  FrontendProxyEnabled: flag().default(false),
})

type ParsedSendConnector = z.output<typeof sendConnectorSchema>
export type SendConnector = Readonly<
  Omit<ParsedSendConnector, 'MaxMessageSize'> & { MaxMessageSize: number }
>

/** The connector with the defaults that depend on other settings. */
export function completeSendConnector(parsed: ParsedSendConnector): SendConnector {
  const byUsage = parsed.Usage === 'Internal' ? Infinity : 35 * 1024 ** 2
  return { ...parsed, MaxMessageSize: parsed.MaxMessageSize ?? byUsage }
}
