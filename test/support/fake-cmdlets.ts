import { formatByteSize } from '../../src/base/byte-size.ts'
import { day, second } from '../../src/base/time-span.ts'
import { tableView } from '../../src/admin/values/view.ts'
import { type Cmdlet, defineCmdlet, parameter, refused } from '../../src/admin/shell/cmdlet.ts'
import { forceParameter } from '../../src/admin/shell/common-parameters.ts'
import { changed, listChange } from '../../src/admin/shell/list-change.ts'
import {
  byteSize,
  credential,
  dateTime,
  flag,
  flags,
  identityAmong,
  oneOf,
  text,
  timeSpan,
  unlimited,
  wholeNumber,
} from '../../src/admin/shell/parameter-types.ts'
import { filter } from '../../src/admin/shell/filter.ts'
import { ShellError } from '../../src/admin/shell/shell-error.ts'
import { ByteSize, Flags, ShellObject, TimeSpan } from '../../src/admin/values/value.ts'

/** A connector as the pretended commands keep it. */
interface Connector {
  Name: string
  Enabled: boolean
  AddressSpaces: readonly string[]
  SmartHosts: readonly string[]
  MaxMessageSize: number
  AuthMechanism: readonly string[]
  ConnectionTimeout: number
}

const connectorView = tableView('Identity', 'AddressSpaces', 'Enabled')
const connectorOutputs = ['Identity', 'Name', 'Enabled', 'AddressSpaces', 'SmartHosts']

function objectOf(connector: Connector): ShellObject {
  return new ShellObject({
    type: 'SendConnector',
    view: connectorView,
    properties: {
      Name: connector.Name,
      AddressSpaces: connector.AddressSpaces,
      SmartHosts: connector.SmartHosts,
      Enabled: connector.Enabled,
      MaxMessageSize: new ByteSize(connector.MaxMessageSize),
      AuthMechanism: new Flags(connector.AuthMechanism),
      ConnectionTimeout: new TimeSpan(connector.ConnectionTimeout),
      Comment: null,
      Port: 25,
      WhenCreated: new Date(2026, 10, 21, 6, 1, 52),
      Identity: connector.Name,
    },
  })
}

const whichConnector = parameter(identityAmong('Get-SendConnector', 'Name'), {
  help: 'The name of the connector.',
  position: 0,
  required: true,
  pipeline: 'both',
})

/** Commands on connectors that exist in memory only, in the shape that real ones have. */
export function fakeCmdlets(): readonly Cmdlet[] {
  const connectors: Connector[] = ['To Internet', 'To Internal Org'].map((Name, at) => ({
    Name,
    Enabled: at === 0,
    AddressSpaces: at === 0 ? ['SMTP:*;1'] : ['SMTP:contoso.com;1', 'SMTP:fabrikam.com;5'],
    SmartHosts: at === 0 ? [] : ['mbxserver01.contoso.com', 'mbxserver02.contoso.com'],
    MaxMessageSize: at === 0 ? 36_700_160 : Infinity,
    AuthMechanism: at === 0 ? ['None'] : ['Tls', 'BasicAuth'],
    ConnectionTimeout: 600 * second,
  }))
  const named = (name: string) => {
    const found = connectors.find((each) => each.Name.toLowerCase() === name.toLowerCase())
    if (found !== undefined) return found
    throw new ShellError(
      `The operation couldn't be performed because object '${name}' couldn't be found on 'EDGE01'.`,
      { id: 'ManagementObjectNotFoundException', target: name },
    )
  }

  return [
    defineCmdlet({
      name: 'Get-SendConnector',
      synopsis: 'Shows Send connectors.',
      parameters: {
        Identity: parameter(identityAmong('Get-SendConnector', 'Name'), {
          help: 'The name of the connector.',
          position: 0,
          pipeline: 'both',
        }),
        Filter: parameter(filter({ Name: 'text', Enabled: 'truth value', Port: 'number' }), {
          help: 'A condition.',
        }),
      },
      outputs: connectorOutputs,
      examples: [{ code: 'Get-SendConnector', text: 'All Send connectors.' }],
      // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
      async *run({ given }) {
        const { Identity, Filter } = given
        const found = Identity === undefined ? connectors : [named(Identity)]
        const objects = found.map(objectOf)
        yield* objects.filter((object) => Filter === undefined || Filter.matches(object))
      },
    }),
    defineCmdlet({
      name: 'New-SendConnector',
      synopsis: 'Makes a Send connector.',
      parameters: {
        Name: parameter(text, { help: 'Its name.', position: 0, required: true }),
        AddressSpaces: parameter(listChange(text), { help: 'Where it sends.', required: true }),
        Usage: parameter(oneOf(['Custom', 'Internal', 'Internet', 'Partner'], 'UsageType'), {
          help: 'What it is for.',
        }),
        DNSRoutingEnabled: parameter(flag, { help: 'Whether it uses MX records.' }),
        SmartHosts: parameter(listChange(text), { help: 'The servers it sends to.' }),
        SourceTransportServers: parameter(listChange(text), { help: 'The servers that use it.' }),
        SmartHostAuthMechanism: parameter(
          oneOf(['None', 'BasicAuth', 'BasicAuthRequireTLS', 'ExchangeServer']),
          { help: 'How it proves itself.' },
        ),
        AuthenticationCredential: parameter(credential, { help: 'The account.' }),
        MaxMessageSize: parameter(unlimited(byteSize(0, 2 ** 31)), { help: 'The greatest size.' }),
        MaxHopCount: parameter(wholeNumber(1, 500), { help: 'The most servers passed.' }),
        ConnectionTimeout: parameter(timeSpan(second, day), { help: 'The longest wait.' }),
        AuthMechanism: parameter(flags(['Tls', 'BasicAuth', 'BasicAuthRequireTLS']), {
          help: 'How.',
        }),
        Start: parameter(dateTime, { help: 'When.' }),
        Force: forceParameter,
        LinkedReceiveConnector: refused('connectors are not linked here.'),
      },
      confirms: 'on-request',
      examples: [{ code: 'New-SendConnector -Name x -AddressSpaces *', text: 'A connector.' }],
      async *run({ given }, context) {
        const connector: Connector = {
          Name: given.Name,
          Enabled: true,
          AddressSpaces: changed([], given.AddressSpaces),
          SmartHosts: given.SmartHosts === undefined ? [] : changed([], given.SmartHosts),
          MaxMessageSize: given.MaxMessageSize ?? 36_700_160,
          AuthMechanism: given.AuthMechanism ?? [],
          ConnectionTimeout: given.ConnectionTimeout ?? 600 * second,
        }
        if (!(await context.confirmChange(`Creating Send connector "${given.Name}".`))) return
        context.writeVerbose(`size ${formatByteSize(connector.MaxMessageSize)}`)
        connectors.push(connector)
        yield objectOf(connector)
      },
    }),
    defineCmdlet({
      name: 'Set-SendConnector',
      synopsis: 'Changes a Send connector.',
      parameters: {
        Identity: whichConnector,
        Enabled: parameter(flag, { help: 'Whether it is used.' }),
        AddressSpaces: parameter(listChange(text), { help: 'Where it sends.' }),
      },
      confirms: 'on-request',
      examples: [],
      async *run({ given }, context) {
        const connector = named(given.Identity)
        if (!(await context.confirmChange(`Setting Send connector "${connector.Name}".`))) return
        connector.Enabled = given.Enabled ?? connector.Enabled
        if (given.AddressSpaces !== undefined) {
          connector.AddressSpaces = changed(connector.AddressSpaces, given.AddressSpaces)
        }
        yield* []
      },
    }),
    defineCmdlet({
      name: 'Remove-SendConnector',
      synopsis: 'Removes a Send connector.',
      parameters: {
        Identity: whichConnector,
        Force: forceParameter,
      },
      confirms: 'always',
      examples: [],
      async *run({ given }, context) {
        const connector = named(given.Identity)
        if (!(await context.confirmChange(`Removing Send connector "${connector.Name}".`))) return
        connectors.splice(connectors.indexOf(connector), 1)
        yield* []
      },
    }),
    defineCmdlet({
      name: 'Get-Number',
      synopsis: 'Counts for ever.',
      parameters: { From: parameter(wholeNumber(0), { help: 'The first.', position: 0 }) },
      examples: [],
      // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
      async *run({ given }, { signal }) {
        for (let number = given.From ?? 1; !signal.aborted; number++) yield number
      },
    }),
  ]
}
