import type { LabCredential } from './lab-mail-server.ts'
import type { LabLayout } from './lab-layout.ts'

/** For clients that cannot do without a log-in; it is printed for everybody to see. */
export const catchAllAccount: LabCredential = { userName: 'lab', password: 'lab' }
const passwordHash =
  '$scrypt$ln=15,r=8,p=1$kQm63q4sChbpvdhp7akR5g$6+s11nVU5yn6jguj48nMeRvL8o4fuPoFq4aobw7hHjQ'

/** The server behind the relay, which keeps the messages. */
export const catchAllSink = { hostname: 'catch-all', address: '127.0.0.1', port: 20_026 } as const

/** Where mail catchers are looked for by custom. */
const customaryPort = 1025

/** This machine, and the private networks of its containers. */
const neighbours = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1']

/**
 * The relay's configuration for the catch-all. There is one way out, to the sink on this machine, so that
 * nothing can leave, whatever a client asks for.
 */
export function catchAllConfig({ relay }: LabLayout): string {
  const { smtp, submission, submissions } = relay.ports
  const connector = (name: string, ports: readonly number[], settings: string) => `  - Name: ${name}
    Bindings: [${ports.map((port) => `'${relay.bind}:${port}'`).join(', ')}]
    RemoteIPRanges: [${neighbours.map((range) => `'${range}'`).join(', ')}]
${settings}    AuthMechanism: [Tls, BasicAuth]
    PermissionGroups: [AnonymousUsers, ExchangeServers]
    AnonymousRights:
      - SMTPSubmit
      - SMTPAcceptAnyRecipient
      - SMTPAcceptAuthoritativeDomainSender
      - BypassMessageSizeLimit
      - AcceptRoutingHeaders
    MaxRecipientsPerMessage: 5000
    MaxInboundConnectionPerSource: unlimited
    MaxInboundConnectionPercentagePerSource: 100
    MessageRateLimit: unlimited
    TarpitInterval: 00:00:00
    AuthTarpitInterval: 00:00:00
    ProtocolLoggingLevel: Verbose
`
  return `# A relay that takes mail from anyone to anyone and hands all of it to one server on this machine.
Server:
  Name: CATCHALL
  Fqdn: catch-all.test
  Role: Edge

AcceptedDomains:
  - DomainName: catch-all.test

ReceiveConnectors:
${connector('Catch-all', [customaryPort, smtp, submission], '')}${connector('Catch-all by TLS', [submissions], '    TlsMode: Implicit\n')}
SendConnectors:
  - Name: Kept
    AddressSpaces: '*'
    DNSRoutingEnabled: false
    SmartHosts: ${catchAllSink.address}
    Port: ${catchAllSink.port}
    ProtocolLoggingLevel: Verbose

# For clients that must log in.
Users:
  - UserName: ${catchAllAccount.userName}
    PasswordHash: ${passwordHash} # ${catchAllAccount.password}
    Groups: [ExchangeServers]
`
}
