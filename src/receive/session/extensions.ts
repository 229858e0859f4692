import type { Permissions } from '../../message/permission.ts'
import type { Extensions } from '../../smtp/parameters.ts'
import type { AuthMechanism, ReceiveConnector } from '../connectors/receive-connector.ts'

/** What of a session decides on the extensions it is offered. */
export interface ExtensionFacts {
  readonly connector: ReceiveConnector
  /** There is a certificate to show. */
  readonly tlsAvailable: boolean
  readonly encrypted: boolean
  readonly authenticated: boolean
  /** The rights of the peer itself, not of a client it hands over. */
  readonly permissions: Permissions
  /** The connector's service opens connections for the Transport service (XPROXYTO). */
  readonly tunnels: boolean
}

/** The lines of the EHLO answer after the first, in Exchange's order; only what works. */
export function announcedExtensions(facts: ExtensionFacts): string[] {
  const { connector, permissions } = facts
  const lines: (string | false)[] = [
    sizeLine(connector),
    connector.PipeliningEnabled && 'PIPELINING',
    connector.DeliveryStatusNotificationEnabled && 'DSN',
    connector.EnhancedStatusCodesEnabled && 'ENHANCEDSTATUSCODES',
    offersStartTls(facts) && 'STARTTLS',
    offersAnonymousTls(facts) && 'X-ANONYMOUSTLS',
    offersAuth(facts) && 'AUTH LOGIN PLAIN',
    connector.EightBitMimeEnabled && '8BITMIME',
    connector.ChunkingEnabled && 'CHUNKING',
    connector.SmtpUtf8Enabled && 'SMTPUTF8',
    permissions.has('SMTPAcceptXProxyFrom') && 'XPROXYFROM',
    permissions.has('SMTPAcceptXProxyFrom') && 'XPROXY',
    offersTunnel(facts) && 'XPROXYTO',
  ]
  return lines.filter((line) => line !== false)
}

/** The parameters of MAIL and RCPT that go with them. */
export function takenParameters({ connector }: ExtensionFacts, extended: boolean): Extensions {
  return {
    size: extended && connector.SizeEnabled !== 'Disabled',
    dsn: extended && connector.DeliveryStatusNotificationEnabled,
    eightBitMime: extended && connector.EightBitMimeEnabled,
    binaryMime: false,
    smtpUtf8: extended && connector.SmtpUtf8Enabled,
    auth: extended && hasMechanism(connector, 'BasicAuth'),
  }
}

export function offersStartTls({ connector, tlsAvailable, encrypted }: ExtensionFacts): boolean {
  return !encrypted && tlsAvailable && hasMechanism(connector, 'Tls')
}

/** Does not depend on the connector's certificate: the server's internal one always exists. */
export function offersAnonymousTls({ connector, encrypted }: ExtensionFacts): boolean {
  return !encrypted && hasMechanism(connector, 'ExchangeServer') && !connector.SuppressXAnonymousTls
}

/** PLAIN stands beside LOGIN, which is all that Exchange offers: many clients know nothing else. */
export function offersAuth({ connector, encrypted, authenticated }: ExtensionFacts): boolean {
  if (authenticated || !hasMechanism(connector, 'BasicAuth')) return false
  return encrypted || !hasMechanism(connector, 'BasicAuthRequireTLS')
}

/** A server of ours may ask the front end to open a connection for it. */
export function offersTunnel({ permissions, tunnels }: ExtensionFacts): boolean {
  return tunnels && permissions.has('SMTPAcceptXProxyFrom')
}

function hasMechanism(connector: ReceiveConnector, mechanism: AuthMechanism): boolean {
  return connector.AuthMechanism.includes(mechanism)
}

function sizeLine({ SizeEnabled, MaxMessageSize }: ReceiveConnector): string | false {
  if (SizeEnabled === 'Disabled') return false
  return SizeEnabled === 'Enabled' ? `SIZE ${MaxMessageSize}` : 'SIZE'
}
