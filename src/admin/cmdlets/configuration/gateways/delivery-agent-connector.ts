import type { ServerIdentity } from '../../../../config/server-config.ts'
import {
  type DeliveryAgentConnector,
  deliveryAgentConnectorSchema,
} from '../../../../deliver/agents/delivery-agent-connector.ts'
import { formatAddressSpace } from '../../../../pipeline/address-space.ts'
import { type Cmdlet, parameter } from '../../../shell/cmdlet.ts'
import type { ParameterType } from '../../../shell/parameter-type.ts'
import { textOf } from '../../../values/text-of.ts'
import { ByteSize, HashTable, ShellObject } from '../../../values/value.ts'
import { tableView } from '../../../values/view.ts'
import type { Configuration } from '../configuration.ts'
import { SettingChange, settingParameters } from '../setting-parameters.ts'
import { type GatewayNoun, gatewayCmdlets } from './gateway-cmdlets.ts'

const section = 'DeliveryAgentConnectors'

/** What each setting of a Delivery Agent connector does, for Get-Help. */
const help: Readonly<Record<string, string>> = {
  Enabled: 'Whether routing uses the connector.',
  Comment: 'A note for administrators.',
  AddressSpaces:
    'What is delivered by it: domains (contoso.com, *.contoso.com, *) or the addresses of another system, such as "MOBILE:*;1"; each with a cost from 1 to 100.',
  SourceTransportServers:
    'The servers that use the connector. A server that is not named does not.',
  DeliveryProtocol:
    'Which agent delivers: http-post (posts each message to a URL), maildir (writes it into a maildir), or the protocol of the agent that Module names.',
  Module: 'The ES module of an agent of your own, such as ./pager.ts.',
  MaxConcurrentConnections: 'The connections of the agent at the same time.',
  MaxMessagesPerConnection: 'The messages after which a connection is closed.',
  MaxMessageSize: 'The largest message that takes this way, such as 35MB, or unlimited.',
}

const { Name: _name, ...settings } = settingParameters(section, deliveryAgentConnectorSchema, help)

/** `@{Url="https://app.contoso.com/inbound"}`: names with texts. */
const table: ParameterType<SettingChange> = {
  name: 'Hashtable',
  takesNull: true,
  convert: ({ value }) => {
    if (value === null) return { value: SettingChange.clear }
    if (!(value instanceof HashTable))
      return { problem: 'Settings are written as @{Url="https://app.contoso.com/inbound"}.' }
    const entries = value.entries.map(([name, each]) => [name, textOf(each)] as const)
    return { value: SettingChange.toSettings(Object.fromEntries(entries)) }
  },
}

const noun: GatewayNoun<DeliveryAgentConnector> = {
  section,
  type: 'DeliveryAgentConnector',
  title: 'Delivery Agent connector',
  items: ({ DeliveryAgentConnectors }) => DeliveryAgentConnectors,
  nameOf: ({ Name }) => Name,
  show: (connector, { Server }) => deliveryAgentConnectorObject(connector, Server),
  settings: {
    ...settings,
    Settings: parameter(table, {
      help: 'What the agent is told, all anew: Url, TokenFile and TimeLimit of http-post, Path of maildir; those of a module are its own.',
    }),
  },
  required: ['AddressSpaces', 'DeliveryProtocol'],
  help: {
    name: 'The name, up to 64 characters. Queues and logs show it.',
    shows: 'the Delivery Agent connectors: by which agents mail leaves',
    examples: {
      Get: [{ code: 'Get-DeliveryAgentConnector', text: 'Lists all Delivery Agent connectors.' }],
      New: [
        {
          code: 'New-DeliveryAgentConnector -Name "Ticket System" -AddressSpaces tickets.contoso.com -DeliveryProtocol http-post -Settings @{Url="https://tickets.contoso.com/mail";TokenFile="tickets.token"}',
          text: 'Posts mail for a domain to an application.',
        },
        {
          code: 'New-DeliveryAgentConnector Archive -AddressSpaces archive.contoso.com -DeliveryProtocol maildir -Settings @{Path="/var/mail/archive"}',
          text: 'Writes it into a maildir.',
        },
      ],
      Set: [
        {
          code: 'Set-DeliveryAgentConnector "Ticket System" -MaxConcurrentConnections 2',
          text: 'Posts two messages at a time at most.',
        },
      ],
      Remove: [
        {
          code: 'Remove-DeliveryAgentConnector "Ticket System" -Confirm:$false',
          text: 'Removes it without asking.',
        },
      ],
    },
  },
}

/** The commands on Delivery Agent connectors. */
export function deliveryAgentConnectorCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return gatewayCmdlets(configuration, noun)
}

const view = tableView('Identity', 'DeliveryProtocol', 'AddressSpaces', 'Enabled')

function deliveryAgentConnectorObject(
  c: DeliveryAgentConnector,
  server: ServerIdentity,
): ShellObject {
  return new ShellObject({
    type: 'DeliveryAgentConnector',
    view,
    properties: {
      DeliveryProtocol: c.DeliveryProtocol,
      Module: c.Module,
      MaxConcurrentConnections: c.MaxConcurrentConnections,
      MaxMessagesPerConnection: c.MaxMessagesPerConnection,
      Settings: Object.entries(c.Settings).map(([name, value]) => `${name}=${value}`),
      Enabled: c.Enabled,
      AddressSpaces: c.AddressSpaces.map(formatAddressSpace),
      IsScopedConnector: false,
      IsSmtpConnector: false,
      Comment: c.Comment,
      SourceTransportServers:
        c.SourceTransportServers.length === 0 ? [server.Name] : c.SourceTransportServers,
      MaxMessageSize: c.MaxMessageSize === Infinity ? Infinity : new ByteSize(c.MaxMessageSize),
      Name: c.Name,
      Identity: c.Name,
      IsValid: true,
    },
  })
}
