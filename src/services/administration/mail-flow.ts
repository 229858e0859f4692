import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type { MailFlow } from '../../admin/cmdlets/tests/mail-flow.ts'
import type { Credential } from '../../admin/values/value.ts'
import { ShellError } from '../../admin/shell/shell-error.ts'
import { systemClock } from '../../base/clock.ts'
import type { ServerConfig } from '../../config/server-config.ts'
import { trackingLogFolder } from '../../logs/log-folders.ts'
import { readTrackingLog } from '../../logs/tracking-log-reader.ts'
import { composeMessage } from '../../message/composed-message.ts'
import { AcceptedDomainTable } from '../../pipeline/accepted-domains.ts'
import type { ReceiveConnector } from '../../receive/connectors/receive-connector.ts'
import { type Binding, formatBinding } from '../../receive/connectors/binding.ts'
import { currentConfig } from './current-config.ts'
import { type HandMail, sendByHand } from './send-by-hand.ts'

/** Mail flow through the server of a configuration file. */
export function fileMailFlow(configFile: string, dataFolder: string): MailFlow {
  return {
    async send({ sender, recipient, credential, connector: name }, signal) {
      const config = await currentConfig(configFile)
      const connector =
        name === undefined ? fittingConnector(config, credential) : connectorNamed(config, name)
      const endpoint = endpointOf(connector)
      const from = sender ?? senderOf(config, credential)
      const messageId = `<${randomUUID()}@${config.Server.Fqdn}>`
      const sent = await sendByHand(
        {
          ...{ endpoint, tls: tlsOf(connector, credential), helo: config.Server.Fqdn },
          ...(credential !== undefined && { login: loginOf(credential) }),
          ...{ sender: from, recipient },
          content: await composeMessage({
            from,
            to: recipient,
            subject: `Test-MailFlow ${messageId}`,
            messageId,
            date: systemClock.now(),
            text: `A test message of ${config.Server.Name}.`,
          }),
        },
        signal,
      )
      return { messageId, endPoint: formatBinding(endpoint), ...sent }
    },
    async events(messageId, signal) {
      const { TransportService } = await currentConfig(configFile)
      const folder = trackingLogFolder(TransportService, resolve(dataFolder))
      if (folder === undefined || !TransportService.MessageTrackingLogEnabled) return undefined
      return await Array.fromAsync(readTrackingLog({ folder, messageId, signal }))
    },
  }
}

/** A connector that takes mail of a client without an account, or of a user who logs in. */
function fittingConnector(
  { ReceiveConnectors, Server }: ServerConfig,
  credential: Credential | undefined,
): ReceiveConnector {
  const isOpen = ({ Enabled, PermissionGroups, RequireTLS, TlsMode }: ReceiveConnector) =>
    Enabled && PermissionGroups.includes('AnonymousUsers') && !RequireTLS && TlsMode === 'StartTls'
  const takesUsers = ({ Enabled, PermissionGroups, AuthMechanism }: ReceiveConnector) =>
    Enabled && PermissionGroups.includes('ExchangeUsers') && AuthMechanism.includes('BasicAuth')
  const found = ReceiveConnectors.find(credential === undefined ? isOpen : takesUsers)
  if (found !== undefined) return found
  const whom = credential === undefined ? 'anonymous users without TLS' : 'users who log in'
  throw new ShellError(`No enabled Receive connector of '${Server.Name}' takes mail of ${whom}.`, {
    id: 'NoConnector',
    category: 'ResourceUnavailable',
  })
}

function connectorNamed({ ReceiveConnectors, Server }: ServerConfig, name: string) {
  const wanted = name.toLowerCase()
  const found = ReceiveConnectors.find(({ Name }) =>
    [Name, `${Server.Name}\\${Name}`].some((own) => own.toLowerCase() === wanted),
  )
  if (found !== undefined) return found
  throw new ShellError(`The Receive connector '${name}' couldn't be found on '${Server.Name}'.`, {
    ...{ id: 'ManagementObjectNotFound', category: 'ObjectNotFound' },
  })
}

/** Its first binding, as it is reached from this machine. */
function endpointOf({ Bindings, Name }: ReceiveConnector): Binding {
  const [binding] = Bindings
  if (binding === undefined)
    throw new ShellError(`The Receive connector '${Name}' has no binding.`, {
      ...{ id: 'NoBinding', category: 'ResourceUnavailable' },
    })
  if (binding.address === '0.0.0.0') return { ...binding, address: '127.0.0.1' }
  return binding.address === '::' ? { ...binding, address: '::1' } : binding
}

/** A password goes over TLS only. */
function tlsOf(
  { TlsMode, RequireTLS }: ReceiveConnector,
  credential: Credential | undefined,
): HandMail['tls'] {
  if (TlsMode === 'Implicit') return 'Implicit'
  return credential !== undefined || RequireTLS ? 'StartTls' : 'None'
}

function loginOf({ userName, password }: Credential) {
  return { userName, password: password.reveal() }
}

function senderOf(config: ServerConfig, credential: Credential | undefined): string {
  if (credential === undefined) return postmasterOf(config)
  const { userName } = credential
  const user = config.Users.find(
    ({ UserName }) => UserName.toLowerCase() === userName.toLowerCase(),
  )
  return user?.EmailAddresses[0] ?? (userName.includes('@') ? userName : postmasterOf(config))
}

function postmasterOf({ AcceptedDomains, Server }: ServerConfig): string {
  const domain = new AcceptedDomainTable(AcceptedDomains).defaultDomain
  return `postmaster@${domain ?? Server.Fqdn}`
}
