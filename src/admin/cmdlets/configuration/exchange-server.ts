import { tableView } from '../../values/view.ts'
import { type Cmdlet, defineCmdlet, parameter, refused } from '../../shell/cmdlet.ts'
import { identity } from '../../shell/parameter-types.ts'
import { ShellObject } from '../../values/value.ts'
import { directoryParameters } from './setting-parameters.ts'
import { meansThisServer } from './this-server.ts'

/** Who this server is. */
export interface ServerFacts {
  readonly name: string
  readonly fqdn: string
  readonly role: 'Mailbox' | 'Edge'
  /** `15.02.0001.000` */
  readonly version: string
}

export interface ServerInquiry {
  facts(): Promise<ServerFacts>
}

const view = tableView('Name', 'ServerRole', 'AdminDisplayVersion')

/** `Get-ExchangeServer`. */
export function serverFactCmdlets(server: ServerInquiry): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Get-ExchangeServer',
      synopsis: 'Shows this server: its name, role and version.',
      parameters: {
        Identity: parameter(identity, {
          help: 'This server, by its name or its full name; there is no other.',
          position: 0,
          pipeline: 'both',
          wildcards: true,
        }),
        Domain: refused('there is no directory of servers.'),
        Status: refused('there is no directory that would be asked for more.'),
        ...directoryParameters,
      },
      outputs: [
        ...['Name', 'Fqdn', 'ServerRole', 'IsEdgeServer', 'IsMailboxServer'],
        'IsHubTransportServer',
        ...['AdminDisplayVersion', 'Identity'],
      ],
      examples: [{ code: 'Get-ExchangeServer | Format-List', text: 'All that is known of it.' }],
      async *run({ given }) {
        const facts = await server.facts()
        const { Identity: wanted = '*' } = given
        const { name: Name, fqdn: Fqdn } = facts
        if (meansThisServer(wanted, { Name, Fqdn })) yield factsObject(facts)
      },
    }),
  ]
}

function factsObject({ name, fqdn, role, version }: ServerFacts): ShellObject {
  return new ShellObject({
    type: 'ExchangeServer',
    view,
    properties: {
      Name: name,
      Fqdn: fqdn,
      ServerRole: role,
      IsEdgeServer: role === 'Edge',
      IsMailboxServer: role === 'Mailbox',
      IsHubTransportServer: role === 'Mailbox',
      AdminDisplayVersion: displayVersion(version),
      Identity: name,
    },
  })
}

/** `15.02.0001.000` as `Version 15.2 (Build 1.0)`. */
function displayVersion(version: string): string {
  const [major, minor, build, revision] = version.split('.').map(Number)
  return `Version ${major ?? 0}.${minor ?? 0} (Build ${build ?? 0}.${revision ?? 0})`
}
