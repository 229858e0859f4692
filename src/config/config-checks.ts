import { isAbsolute, sep } from 'node:path'
import type { Problem } from '../base/problem.ts'
import { directoryProblems } from '../directory/directory-checks.ts'
import { readRecipients } from '../directory/recipient-list.ts'
import { isPasswordHash } from '../receive/users/password.ts'
import { checkReceiveConnectors } from '../receive/connectors/connector-conflicts.ts'
import { checkDeliveryAgentConnectors } from '../deliver/agents/delivery-agent-connector.ts'
import { checkForeignConnectors } from '../deliver/drop/foreign-connector.ts'
import { checkSendConnectors } from '../deliver/smtp/send-connector-conflicts.ts'
import { checkAddressRewriteEntries } from '../agents/address-rewriting/entry-conflicts.ts'
import { isMailbox } from '../smtp/address.ts'
import { isCertificateName } from '../tls/certificate-name.ts'
import { folderPath } from '../pickup/folder-path.ts'
import { isDnsServer, isDomainName, isHostName } from './host-names.ts'
import { checkRemoteDomains } from './remote-domain-checks.ts'
import type { ServerConfig } from './server-config.ts'

/** What is wrong between settings that are right by themselves. No disk is touched. */
export function checkConfig(config: ServerConfig): Problem[] {
  return [
    ...serverProblems(config),
    ...acceptedDomainProblems(config),
    ...checkRemoteDomains(config.RemoteDomains),
    ...rewriteProblems(config),
    ...checkReceiveConnectors(config.ReceiveConnectors, config.Server),
    ...checkSendConnectors(config.SendConnectors),
    ...checkForeignConnectors(config.ForeignConnectors, config.TransportService),
    ...checkDeliveryAgentConnectors(config.DeliveryAgentConnectors),
    ...gatewayNameProblems(config),
    ...hostNameProblems(config),
    ...userProblems(config),
    ...recipientProblems(config),
    ...directoryProblems(config.Directory),
    ...agentProblems(config),
    ...notificationProblems(config),
    ...serviceProblems(config),
  ]
}

function serverProblems({ Server }: ServerConfig): Problem[] {
  const problems: Problem[] = []
  if (!/^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(Server.Name))
    problems.push({
      path: ['Server', 'Name'],
      message: `must be a short name of letters, digits and hyphens, such as EDGE01, not "${Server.Name}"`,
    })
  if (!isHostName(Server.Fqdn))
    problems.push({ path: ['Server', 'Fqdn'], message: notHostName(Server.Fqdn) })
  return problems
}

function acceptedDomainProblems({ AcceptedDomains }: ServerConfig): Problem[] {
  const defaults = AcceptedDomains.filter((domain) => domain.Default)
  return AcceptedDomains.flatMap((domain, index) => {
    const problems: Problem[] = []
    const refuse = (setting: string, message: string) =>
      problems.push({ path: ['AcceptedDomains', index, setting], message })
    if (!isDomainName(domain.DomainName.replace(/^\*\./, '')))
      refuse(
        'DomainName',
        `must be a domain such as contoso.com or *.contoso.com, not "${domain.DomainName}"`,
      )
    if (domain.Name.length > 64) refuse('Name', 'must have 64 characters at most')
    if (earlier(AcceptedDomains, index, (other) => other.DomainName))
      refuse('DomainName', `${domain.DomainName} is listed above already; remove one of the two`)
    if (domain.Default && defaults[0] !== domain)
      refuse('Default', `only one domain can be the default, and ${defaults[0]?.Name} is`)
    return problems
  })
}

/** Queues, logs and events name a connector by its name alone, whatever its kind. */
function gatewayNameProblems(config: ServerConfig): Problem[] {
  const { SendConnectors, ForeignConnectors, DeliveryAgentConnectors } = config
  const sections = { SendConnectors, ForeignConnectors, DeliveryAgentConnectors }
  const all = Object.entries(sections).flatMap(([section, connectors]) =>
    connectors.map(({ Name }, index) => ({ section, Name, index })),
  )
  return all.flatMap(({ section, Name, index }, at) => {
    // Send connectors are compared with one another where they are checked.
    if (section === 'SendConnectors') return []
    const path = [section, index, 'Name']
    if (Name === '' || Name.length > 64)
      return [{ path, message: 'A name must have 1 to 64 characters.' }]
    return earlier(all, at, (other) => other.Name)
      ? [{ path, message: `Another connector has the name "${Name}".` }]
      : []
  })
}

/** Exchange rewrites addresses on Edge servers alone. */
function rewriteProblems({ AddressRewriteEntries, Server }: ServerConfig): Problem[] {
  if (AddressRewriteEntries.length > 0 && Server.Role !== 'Edge')
    return [
      {
        path: ['AddressRewriteEntries'],
        message: 'addresses are rewritten by Edge servers only (Server.Role)',
      },
    ]
  return checkAddressRewriteEntries(AddressRewriteEntries, isDomainName)
}

function hostNameProblems({ ReceiveConnectors, SendConnectors }: ServerConfig): Problem[] {
  const sections = Object.entries({ ReceiveConnectors, SendConnectors })
  return sections.flatMap(([section, connectors]) =>
    connectors.flatMap(({ Fqdn, TlsCertificateName }, index) => {
      const problems: Problem[] = []
      if (Fqdn !== '' && !isHostName(Fqdn))
        problems.push({ path: [section, index, 'Fqdn'], message: notHostName(Fqdn) })
      if (TlsCertificateName !== '' && !isCertificateName(TlsCertificateName))
        problems.push({
          path: [section, index, 'TlsCertificateName'],
          message: `must have the form <I>issuer<S>subject, not "${TlsCertificateName}"`,
        })
      return problems
    }),
  )
}

function userProblems({ Users }: ServerConfig): Problem[] {
  return Users.flatMap((user, index) => {
    const path = ['Users', index]
    const problems: Problem[] = []
    const given = [user.Password, user.PasswordHash, user.PasswordFile].filter(
      (value) => value !== undefined,
    )
    if (user.UserName.trim() === '')
      problems.push({ path: [...path, 'UserName'], message: 'must not be empty' })
    if (earlier(Users, index, (other) => other.UserName))
      problems.push({
        path: [...path, 'UserName'],
        message: `another user has the name ${user.UserName}`,
      })
    if (given.length !== 1)
      problems.push({
        path,
        message: `needs one of PasswordHash (see "edge hash-password"), PasswordFile and Password, and has ${given.length}`,
      })
    if (user.PasswordHash !== undefined && !isPasswordHash(user.PasswordHash))
      problems.push({
        path: [...path, 'PasswordHash'],
        message: 'is not a hash of ours; "edge hash-password" makes one',
      })
    if (user.Password === '')
      problems.push({ path: [...path, 'Password'], message: 'must not be empty' })
    return problems
  })
}

function recipientProblems({ Recipients }: ServerConfig): Problem[] {
  const names = new Set<string>()
  const named = Recipients.flatMap(({ Name }, index) => {
    const name = Name.toLowerCase()
    if (!names.has(name)) {
      names.add(name)
      return []
    }
    return {
      path: ['Recipients', index, 'Name'],
      message: `another recipient has the name ${Name}`,
    }
  })
  const { problems } = readRecipients(Recipients)
  return [
    ...named,
    ...problems.map(({ index, setting, message }) => ({
      path: ['Recipients', index, setting],
      message,
    })),
  ]
}

/** What cannot stand where notifications have it would cost the notification: next hops refuse it. */
function notificationProblems({ TransportConfig }: ServerConfig): Problem[] {
  const { ExternalPostmasterAddress: postmaster } = TransportConfig
  const problems: Problem[] = []
  if (postmaster !== '' && !isMailbox(postmaster))
    problems.push({
      path: ['TransportConfig', 'ExternalPostmasterAddress'],
      message: `must be an address such as postmaster@contoso.com, not "${postmaster}"`,
    })
  for (const setting of ['InternalDsnReportingAuthority', 'ExternalDsnReportingAuthority'] as const)
    if (TransportConfig[setting] !== '' && !isHostName(TransportConfig[setting]))
      problems.push({
        path: ['TransportConfig', setting],
        message: notHostName(TransportConfig[setting]),
      })
  return problems
}

function agentProblems({ TransportAgents }: ServerConfig): Problem[] {
  return TransportAgents.flatMap(({ Name, Module }, index) => {
    const refuse = (setting: string, message: string): Problem => ({
      path: ['TransportAgents', index, setting],
      message,
    })
    const problems: Problem[] = []
    if (Name.trim() === '' || Name.length > 64)
      problems.push(refuse('Name', 'must have 1 to 64 characters'))
    if (earlier(TransportAgents, index, (other) => other.Name))
      problems.push(refuse('Name', `there is an agent ${Name} above already; give it another name`))
    if (!/\.[cm]?[jt]s$/.test(Module))
      problems.push(
        refuse('Module', 'must be an ES module: a file that ends in .ts, .mts, .js or .mjs'),
      )
    return problems
  })
}

const services = ['TransportService', 'FrontendTransportService'] as const

function serviceProblems(config: ServerConfig): Problem[] {
  const { TransportService } = config
  const problems: Problem[] = (['InternalDNSServers', 'ExternalDNSServers'] as const).flatMap(
    (setting) =>
      TransportService[setting].flatMap((server, index) =>
        isDnsServer(server)
          ? []
          : {
              path: ['TransportService', setting, index],
              message: `must be an address such as 192.0.2.53 or 192.0.2.53:53, not "${server}"`,
            },
      ),
  )
  if (TransportService.MaxPerDomainOutboundConnections > TransportService.MaxOutboundConnections)
    problems.push({
      path: ['TransportService', 'MaxPerDomainOutboundConnections'],
      message: `is ${TransportService.MaxPerDomainOutboundConnections} and must not be above MaxOutboundConnections (${TransportService.MaxOutboundConnections})`,
    })
  const { RootDropDirectoryPath: root } = TransportService
  if (root !== '' && !isAbsolute(root))
    problems.push({
      path: ['TransportService', 'RootDropDirectoryPath'],
      message: `must be the whole path of a folder of this machine, such as /var/spool/drop, not "${root}"`,
    })
  return [
    ...problems,
    ...folderProblems(TransportService),
    ...services.flatMap((service) => logProblems(config, service)),
    ...services.flatMap((service) => windowsPaths(service, config[service])),
  ]
}

/** Mail of one folder would be read by the rules of the other. */
function folderProblems({ PickupDirectoryPath, ReplayDirectoryPath }: FolderPaths): Problem[] {
  // Neither is below the folder of this check, and which one it is makes no difference.
  const paths = { PickupDirectoryPath, ReplayDirectoryPath }
  const pickup = folderPath('Pickup', paths, sep)
  if (pickup === undefined || pickup !== folderPath('Replay', paths, sep)) return []
  return [
    {
      path: ['TransportService', 'ReplayDirectoryPath'],
      message: `must differ from PickupDirectoryPath, and both are "${ReplayDirectoryPath}"`,
    },
  ]
}

type FolderPaths = Pick<
  ServerConfig['TransportService'],
  'PickupDirectoryPath' | 'ReplayDirectoryPath'
>

/** A path copied from a Windows server would become a folder with a strange name below the data folder. */
function windowsPaths(service: string, settings: object): Problem[] {
  if (sep === '\\') return []
  return Object.entries(settings)
    .filter(
      ([name, path]) => /(?:Log|Directory)Path$/.test(name) && /^([a-z]:|\\)\\/i.test(String(path)),
    )
    .map(([name, path]) => ({
      path: [service, name],
      message: `must be a folder of this machine, such as /var/log/edge, not "${path}"`,
    }))
}

function logProblems(config: ServerConfig, service: (typeof services)[number]): Problem[] {
  const { Workers } = config[service]
  return logLimits(config, service).flatMap(({ log, file, folder }) => {
    const path = [service, `${log}MaxFileSize`]
    const limit = `must not be above ${log}MaxDirectorySize`
    if (file > folder) return { path, message: limit }
    // Each worker writes a file of its own: another's must not have to go to make room for it.
    if (Workers === 1 || file * Workers <= folder) return []
    return { path, message: `${limit} divided by Workers (${Workers})` }
  })
}

const commonLogs = ['AgentLog', 'ConnectivityLog', 'ReceiveProtocolLog', 'SendProtocolLog'] as const

/** The sizes of a service's logs. */
function logLimits(config: ServerConfig, service: (typeof services)[number]) {
  const settings = config[service]
  const common = commonLogs.map((log) => ({
    log,
    file: settings[`${log}MaxFileSize`],
    folder: settings[`${log}MaxDirectorySize`],
  }))
  if (service !== 'TransportService') return common
  const { MessageTrackingLogMaxFileSize: file, MessageTrackingLogMaxDirectorySize: folder } =
    config.TransportService
  return [...common, { log: 'MessageTrackingLog', file, folder }]
}

/** Whether an entry before `index` has the same name, compared without case. */
function earlier<T>(entries: readonly T[], index: number, name: (entry: T) => string): boolean {
  const wanted = entries.slice(index, index + 1).map((entry) => name(entry).toLowerCase())
  return entries.slice(0, index).some((other) => wanted.includes(name(other).toLowerCase()))
}

function notHostName(text: string): string {
  return `must be a host name such as mail.contoso.com, not "${text}"`
}
