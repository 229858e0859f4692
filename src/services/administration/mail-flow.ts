import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type { MailFlow } from '../../admin/cmdlets/mail-flow.ts'
import { ShellError } from '../../admin/shell/shell-error.ts'
import { systemClock } from '../../base/clock.ts'
import type { ServerConfig } from '../../config/server-config.ts'
import { trackingLogFolder } from '../../logs/log-folders.ts'
import { readTrackingLog } from '../../logs/tracking-log-reader.ts'
import { formatMailDate } from '../../message/mail-date.ts'
import { AcceptedDomainTable } from '../../pipeline/accepted-domains.ts'
import { type Binding, formatBinding } from '../../receive/binding.ts'
import { currentConfig } from './current-config.ts'
import { sendByHand } from './send-by-hand.ts'

/** Mail flow through the server of a configuration file. */
export function fileMailFlow(configFile: string, dataFolder: string): MailFlow {
  return {
    async send({ sender, recipient }, signal) {
      const config = await currentConfig(configFile)
      const endpoint = anonymousEndpoint(config)
      const from = sender ?? postmasterOf(config)
      const messageId = `<${randomUUID()}@${config.Server.Fqdn}>`
      const sent = await sendByHand(
        {
          endpoint,
          helo: config.Server.Fqdn,
          ...{ sender: from, recipient },
          lines: [
            `From: <${from}>`,
            `To: <${recipient}>`,
            `Subject: Test-MailFlow ${messageId}`,
            `Date: ${formatMailDate(systemClock.now())}`,
            `Message-ID: ${messageId}`,
            '',
            `A test message of ${config.Server.Name}.`,
          ],
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

/** Where a client without an account may send. */
function anonymousEndpoint({ ReceiveConnectors, Server }: ServerConfig): Binding {
  const open = ReceiveConnectors.find(
    ({ Enabled, PermissionGroups, RequireTLS, TlsMode }) =>
      Enabled &&
      PermissionGroups.includes('AnonymousUsers') &&
      !RequireTLS &&
      TlsMode === 'StartTls',
  )
  const binding = open?.Bindings[0]
  if (binding === undefined) {
    throw new ShellError(
      `No enabled Receive connector of '${Server.Name}' takes mail of anonymous users without TLS.`,
      { id: 'NoAnonymousConnector', category: 'ResourceUnavailable' },
    )
  }
  if (binding.address === '0.0.0.0') return { ...binding, address: '127.0.0.1' }
  return binding.address === '::' ? { ...binding, address: '::1' } : binding
}

function postmasterOf({ AcceptedDomains, Server }: ServerConfig): string {
  const domain = new AcceptedDomainTable(AcceptedDomains).defaultDomain
  return `postmaster@${domain ?? Server.Fqdn}`
}
