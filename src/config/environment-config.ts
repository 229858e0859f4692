import {
  type Environment,
  type Setting,
  Settings,
  contradictions,
  withPort,
} from './environment-settings.ts'

/** A configuration file made of settings, or why there can be none; sentences for the user. */
export type EnvironmentConfig = { readonly yaml: string } | { readonly problems: readonly string[] }

/**
 * The configuration of an Edge server as the settings have it: mail for the accepted domains goes inside,
 * all other mail out; who may relay are the networks named and the account. Values are checked where every
 * configuration is.
 */
export function environmentConfig(env: Environment): EnvironmentConfig {
  const settings = new Settings(env)
  const problems = contradictions(settings)
  if (problems.length > 0) return { problems }
  const sections = [
    heading,
    serverSection(settings),
    acceptedDomains(settings),
    receiveConnectors(settings),
    sendConnectors(settings),
    users(settings),
    certificates(settings),
  ]
  return { yaml: sections.filter((section) => section !== '').join('\n') }
}

const heading = `# Made of EDGE_ variables, anew at each start: what is changed here is lost. To go on from it, copy it, name
# the copy by EDGE_CONFIG and take the other variables away.
`

function serverSection(settings: Settings): string {
  const name = settings.has('EDGE_NAME')
    ? settings.text('EDGE_NAME')
    : settings.text('EDGE_FQDN').replace(/\..*$/, '').toUpperCase()
  return `Server:
  Name: ${quoted(name)} # EDGE_NAME
  Fqdn: ${quoted(settings.text('EDGE_FQDN'))} # EDGE_FQDN
  Role: Edge
`
}

function acceptedDomains(settings: Settings): string {
  const domains = settings.list('EDGE_ACCEPTED_DOMAINS')
  if (domains.length === 0) return 'AcceptedDomains: []\n'
  const items = domains.map((domain) => `  - DomainName: ${quoted(domain)}\n`)
  return `# EDGE_ACCEPTED_DOMAINS\nAcceptedDomains:\n${items.join('')}`
}

const everybody = "'0.0.0.0-255.255.255.255', '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'"

function receiveConnectors(settings: Settings): string {
  const size = settings.has('EDGE_MAX_MESSAGE_SIZE')
    ? `    MaxMessageSize: ${quoted(settings.text('EDGE_MAX_MESSAGE_SIZE'))} # EDGE_MAX_MESSAGE_SIZE\n`
    : ''
  const connector = (name: string, port: number, lines: readonly string[]) =>
    [
      `  - Name: ${name}\n`,
      `    Bindings: ['0.0.0.0:${port}', '[::]:${port}']\n`,
      ...lines.map((line) => `    ${line}\n`),
      size,
      '    ProtocolLoggingLevel: Verbose\n',
    ].join('')
  const anyone = `RemoteIPRanges: [${everybody}]`
  const connectors = [
    connector('From Internet', 25, [
      anyone,
      'AuthMechanism: [Tls]',
      'PermissionGroups: [AnonymousUsers]',
    ]),
  ]
  const networks = settings.list('EDGE_RELAY_NETWORKS')
  if (networks.length > 0) {
    const trusted = [
      `RemoteIPRanges: ${listOf(networks)} # EDGE_RELAY_NETWORKS`,
      'AuthMechanism: [Tls, ExternalAuthoritative]',
      'PermissionGroups: [ExchangeServers]',
    ]
    connectors.push(connector('Relay networks', 25, trusted))
  }
  if (settings.has('EDGE_USER')) {
    const login = [
      anyone,
      'AuthMechanism: [Tls, BasicAuth, BasicAuthRequireTLS]',
      'PermissionGroups: [ExchangeUsers]',
    ]
    connectors.push(connector('Submission', 587, login))
    connectors.push(connector('Submission by TLS', 465, [...login, 'TlsMode: Implicit']))
  }
  return `ReceiveConnectors:\n${connectors.join('')}`
}

function sendConnectors(settings: Settings): string {
  const size = settings.has('EDGE_MAX_MESSAGE_SIZE')
    ? `    MaxMessageSize: ${quoted(settings.text('EDGE_MAX_MESSAGE_SIZE'))}\n`
    : ''
  const inside = settings.has('EDGE_INTERNAL_HOSTS')
    ? `  - Name: To the organisation
    AddressSpaces: ['--']
${smartHosts(settings, 'EDGE_INTERNAL_HOSTS')}${size}    ProtocolLoggingLevel: Verbose
`
    : ''
  const outside = settings.has('EDGE_SMART_HOST')
    ? `${smartHosts(settings, 'EDGE_SMART_HOST')}${smartHostLogin(settings)}`
    : ''
  return `SendConnectors:
${inside}  - Name: To Internet
    AddressSpaces: ['*']
${outside}${size}    ProtocolLoggingLevel: Verbose
`
}

function smartHosts(settings: Settings, name: Setting): string {
  const hosts = settings.list(name).map((item) => withPort(item))
  const port = hosts[0]?.port
  return `    DNSRoutingEnabled: false
    SmartHosts: ${listOf(hosts.map(({ host }) => host))} # ${name}
${port === undefined ? '' : `    Port: ${quoted(port)}\n`}`
}

function smartHostLogin(settings: Settings): string {
  if (!settings.has('EDGE_SMART_HOST_USER')) return ''
  const secret = settings.has('EDGE_SMART_HOST_PASSWORD_FILE')
    ? `PasswordFile: ${quoted(settings.path('EDGE_SMART_HOST_PASSWORD_FILE'))} # EDGE_SMART_HOST_PASSWORD_FILE`
    : `Password: ${quoted(settings.text('EDGE_SMART_HOST_PASSWORD'))} # EDGE_SMART_HOST_PASSWORD`
  return `    SmartHostAuthMechanism: BasicAuthRequireTLS
    AuthenticationCredential:
      UserName: ${quoted(settings.text('EDGE_SMART_HOST_USER'))} # EDGE_SMART_HOST_USER
      ${secret}
`
}

function users(settings: Settings): string {
  if (!settings.has('EDGE_USER')) return ''
  const secret = settings.has('EDGE_USER_PASSWORD_FILE')
    ? `PasswordFile: ${quoted(settings.path('EDGE_USER_PASSWORD_FILE'))} # EDGE_USER_PASSWORD_FILE`
    : `PasswordHash: ${quoted(settings.text('EDGE_USER_PASSWORD_HASH'))} # EDGE_USER_PASSWORD_HASH`
  const addresses = settings.list('EDGE_USER_ADDRESSES')
  const own = addresses.length === 0 ? [settings.text('EDGE_USER')] : addresses
  return `Users:
  - UserName: ${quoted(settings.text('EDGE_USER'))} # EDGE_USER
    ${secret}
    EmailAddresses: ${listOf(own)} # EDGE_USER_ADDRESSES
`
}

function certificates(settings: Settings): string {
  if (!settings.has('EDGE_CERTIFICATE_FILE')) return ''
  return `Certificates:
  - CertificateFile: ${quoted(settings.path('EDGE_CERTIFICATE_FILE'))} # EDGE_CERTIFICATE_FILE
    KeyFile: ${quoted(settings.path('EDGE_KEY_FILE'))} # EDGE_KEY_FILE
`
}

/** JSON's form of a text is YAML's, too, and nothing in it can end it. */
function quoted(text: string): string {
  return JSON.stringify(text)
}

function listOf(items: readonly string[]): string {
  return `[${items.map(quoted).join(', ')}]`
}
