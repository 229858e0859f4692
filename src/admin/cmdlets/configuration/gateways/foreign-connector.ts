import type { ServerIdentity } from '../../../../config/server-config.ts'
import {
  type ForeignConnector,
  foreignConnectorSchema,
} from '../../../../deliver/drop/foreign-connector.ts'
import { formatAddressSpace } from '../../../../pipeline/address-space.ts'
import type { Cmdlet } from '../../../shell/cmdlet.ts'
import { ByteSize, ShellObject, type Value } from '../../../values/value.ts'
import { tableView } from '../../../values/view.ts'
import type { Configuration } from '../configuration.ts'
import { settingParameters } from '../setting-parameters.ts'
import { type GatewayNoun, gatewayCmdlets } from './gateway-cmdlets.ts'

const section = 'ForeignConnectors'

/** What each setting of a Foreign connector does, for Get-Help. */
const help: Readonly<Record<string, string>> = {
  Enabled: 'Whether routing uses the connector.',
  Comment: 'A note for administrators.',
  AddressSpaces:
    'What is delivered by it: domains (contoso.com, *.contoso.com, *) or the addresses of another mail system, such as "FAX:*;1"; each with a cost from 1 to 100.',
  SourceTransportServers:
    'The servers that use the connector. A server that is not named does not.',
  DropDirectory:
    'The folder that files are put into, below RootDropDirectoryPath of the Transport service; a whole path where that is empty. $null: the name of the connector. Below drop in the data folder it is made, elsewhere it must exist.',
  DropDirectoryQuota:
    'What all files in the folder together may have, such as 100MB, or unlimited. Above it mail waits until files are taken away.',
  MaxMessageSize:
    'The largest message that takes this way, such as 35MB, or unlimited; 0 takes the connector out of use.',
  RelayDsnRequired:
    'Whether senders who asked for a notification of success hear from this server that their message was handed on. $false leaves that to the program that takes the files, which are told of the wish.',
}

const { Name: _name, ...settings } = settingParameters(section, foreignConnectorSchema, help)

const noun: GatewayNoun<ForeignConnector> = {
  section,
  type: 'ForeignConnector',
  title: 'Foreign connector',
  items: ({ ForeignConnectors }) => ForeignConnectors,
  nameOf: ({ Name }) => Name,
  show: (connector, { Server }) => foreignConnectorObject(connector, Server),
  settings,
  required: ['AddressSpaces'],
  help: {
    name: 'The name, up to 64 characters. Queues and logs show it, and the Drop folder has it where none is named.',
    shows: 'the Foreign connectors: by which folders mail is handed to other programs',
    examples: {
      Get: [{ code: 'Get-ForeignConnector', text: 'Lists all Foreign connectors.' }],
      New: [
        {
          code: 'New-ForeignConnector -Name "Fax Gateway" -AddressSpaces "FAX:*;1"',
          text: 'Puts mail for fax numbers into a folder of this name.',
        },
        {
          code: 'New-ForeignConnector Archive -AddressSpaces archive.contoso.com -DropDirectory /var/spool/archive',
          text: 'Puts mail for a domain into a folder that exists already.',
        },
      ],
      Set: [
        {
          code: 'Set-ForeignConnector "Fax Gateway" -DropDirectoryQuota 100MB',
          text: 'Lets mail wait when its reader does not keep up.',
        },
      ],
      Remove: [
        {
          code: 'Remove-ForeignConnector "Fax Gateway" -Confirm:$false',
          text: 'Removes it without asking.',
        },
      ],
    },
  },
}

/** The commands on Foreign connectors. */
export function foreignConnectorCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return gatewayCmdlets(configuration, noun)
}

const view = tableView('Identity', 'AddressSpaces', 'Enabled')

function foreignConnectorObject(c: ForeignConnector, server: ServerIdentity): ShellObject {
  return new ShellObject({
    type: 'ForeignConnector',
    view,
    properties: {
      DropDirectory: c.DropDirectory === '' ? c.Name : c.DropDirectory,
      DropDirectoryQuota: size(c.DropDirectoryQuota),
      RelayDsnRequired: c.RelayDsnRequired,
      Enabled: c.Enabled,
      AddressSpaces: c.AddressSpaces.map(formatAddressSpace),
      IsScopedConnector: false,
      IsSmtpConnector: false,
      Comment: c.Comment,
      SourceTransportServers:
        c.SourceTransportServers.length === 0 ? [server.Name] : c.SourceTransportServers,
      MaxMessageSize: size(c.MaxMessageSize),
      Name: c.Name,
      Identity: c.Name,
      IsValid: true,
    },
  })
}

/** A limit as it is shown. */
function size(bytes: number): Value {
  return bytes === Infinity ? Infinity : new ByteSize(bytes)
}
