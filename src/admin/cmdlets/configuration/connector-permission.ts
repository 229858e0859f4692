import type { Permission } from '../../../message/permission.ts'
import {
  type Party,
  permissionsFor,
  usualAnonymousRights,
} from '../../../receive/connectors/permissions.ts'
import {
  type AnonymousRight,
  type PermissionGroup,
  type ReceiveConnector,
  anonymousRights,
} from '../../../receive/connectors/receive-connector.ts'
import type { ServerIdentity } from '../../../config/server-config.ts'
import { tableView } from '../../values/view.ts'
import {
  type Cmdlet,
  type ParameterTable,
  defineCmdlet,
  parameter,
  refused,
} from '../../shell/cmdlet.ts'
import type { ParameterType } from '../../shell/parameter-type.ts'
import { list, oneOf, switchParameter, text } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { ShellObject } from '../../values/value.ts'
import { type Attempt, changingCmdlet } from './changing-cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { identityParameter } from './list-cmdlets.ts'
import { changeItem, itemNamed } from './list-noun.ts'
import { receiveConnectors } from './receive-connector.ts'
import { directoryParameters } from './setting-parameters.ts'

/** Exchange's names of the rights, as its directory has them. */
const rightNames: Readonly<Record<Permission, string>> = {
  SMTPSubmit: 'ms-Exch-SMTP-Submit',
  SMTPAcceptAnyRecipient: 'ms-Exch-SMTP-Accept-Any-Recipient',
  SMTPAcceptAnySender: 'ms-Exch-SMTP-Accept-Any-Sender',
  SMTPAcceptAuthoritativeDomainSender: 'ms-Exch-SMTP-Accept-Authoritative-Domain-Sender',
  SMTPAcceptAuthenticationFlag: 'ms-Exch-SMTP-Accept-Authentication-Flag',
  SMTPAcceptEXCH50: 'ms-Exch-SMTP-Accept-Exch50',
  BypassAntiSpam: 'ms-Exch-Bypass-Anti-Spam',
  BypassMessageSizeLimit: 'ms-Exch-Bypass-Message-Size-Limit',
  AcceptRoutingHeaders: 'ms-Exch-Accept-Headers-Routing',
  AcceptOrganizationHeaders: 'ms-Exch-Accept-Headers-Organization',
  AcceptForestHeaders: 'ms-Exch-Accept-Headers-Forest',
  SMTPAcceptXProxyFrom: 'ms-Exch-SMTP-Accept-XProxyFrom',
}

const anonymousLogon = 'NT AUTHORITY\\ANONYMOUS LOGON'

/** Who has the rights of a permission group, by Exchange's names. */
const holders: readonly { group: PermissionGroup; user: string; party: Party }[] = [
  { group: 'AnonymousUsers', user: anonymousLogon, party: { kind: 'Anonymous' } },
  {
    group: 'ExchangeUsers',
    user: 'NT AUTHORITY\\Authenticated Users',
    party: { kind: 'User', groups: ['ExchangeUsers'] },
  },
  {
    group: 'ExchangeServers',
    user: 'MS Exchange\\Hub Transport Servers',
    party: { kind: 'ExchangeServer' },
  },
  {
    group: 'ExchangeServers',
    user: 'MS Exchange\\Externally Secured Servers',
    party: { kind: 'ExternallySecured' },
  },
  {
    group: 'Partners',
    user: 'MS Exchange\\Partner Servers',
    party: { kind: 'User', groups: ['Partners'] },
  },
]

const connectorParameter = identityParameter(receiveConnectors)
const noDirectory = 'there is no directory; only the rights on Receive connectors can be changed.'
const [firstRight, ...otherRights] = anonymousRights
const changeable = [
  rightNames[firstRight],
  ...otherRights.map((right) => rightNames[right]),
] as const

/** The one kind of right that a connector knows. */
const accessRight: ParameterType<string> = {
  name: 'ActiveDirectoryRights',
  values: ['ExtendedRight'],
  convert: (argument) => {
    const given = text.convert(argument)
    if ('problem' in given || /^ExtendedRight$/i.test(given.value.trim())) return given
    return { problem: `"${given.value}" is not available, only ExtendedRight: ${noDirectory}` }
  },
}

const changing = {
  Identity: connectorParameter,
  User: parameter(text, {
    help: `Whose rights: ${anonymousLogon}. Everybody else has those of the connector's PermissionGroups.`,
    ...{ required: true },
  }),
  ExtendedRights: parameter(list(oneOf(changeable, 'ExtendedRightId')), {
    help: 'The rights, such as ms-Exch-SMTP-Accept-Any-Recipient: to send to domains that are not accepted ones.',
    ...{ required: true },
  }),
  AccessRights: parameter(list(accessRight), {
    help: 'ExtendedRight, as published commands have it; it changes nothing.',
  }),
  ChildObjectTypes: refused(noDirectory),
  // Nothing inherits from a connector.
  InheritanceType: refused(noDirectory, (given) => /^(?:All|None|SelfAndChildren)$/i.test(given)),
  InheritedObjectType: refused(noDirectory),
  Instance: refused('name the connector by -Identity.'),
  Owner: refused(noDirectory),
  Properties: refused(noDirectory),
  ...directoryParameters,
} satisfies ParameterTable

/** Get-, Add- and Remove-ADPermission, as far as Receive connectors go. */
export function connectorPermissionCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return [getCmdlet(configuration), addCmdlet(configuration), removeCmdlet(configuration)]
}

function getCmdlet(configuration: Configuration): Cmdlet {
  return defineCmdlet({
    name: 'Get-ADPermission',
    synopsis: 'Shows who has which rights on a Receive connector.',
    parameters: {
      Identity: connectorParameter,
      User: parameter(text, { help: `Only the rights of this one, such as ${anonymousLogon}.` }),
      Owner: refused(noDirectory),
      ...directoryParameters,
    },
    outputs: ['Identity', 'User', 'ExtendedRights', 'Deny', 'IsInherited'],
    examples: [
      {
        code: `Get-ADPermission "Anonymous Relay" -User "${anonymousLogon}" | Format-Table User,ExtendedRights`,
        text: 'What senders without log-in may do.',
      },
    ],
    async *run({ given }) {
      const config = await configuration.read()
      const connector = itemNamed(receiveConnectors, config, given.Identity)
      yield* rightsOn(connector, config.Server).filter(
        (row) => given.User === undefined || isUser(given.User, String(row.get('User'))),
      )
    },
  })
}

function addCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Add-ADPermission',
    synopsis: 'Gives senders without log-in a right on a Receive connector.',
    description:
      'With ms-Exch-SMTP-Accept-Any-Recipient the connector relays for its RemoteIPRanges without a password: keep them narrow. The connector needs the permission group AnonymousUsers.',
    parameters: {
      ...changing,
      Deny: parameter(switchParameter, {
        help: 'Take the right instead: one that is not given is denied.',
      }),
    },
    outputs: ['Identity', 'User', 'ExtendedRights', 'Deny', 'IsInherited'],
    examples: [
      {
        code: `Get-ReceiveConnector "Anonymous Relay" | Add-ADPermission -User "${anonymousLogon}" -ExtendedRights ms-Exch-SMTP-Accept-Any-Recipient`,
        text: 'Lets printers and applications send anywhere.',
      },
    ],
    async change({ Identity, User, ExtendedRights, Deny: deny = false }, attempt) {
      requireAnonymous(User)
      const named = rightsNamed(ExtendedRights)
      const changed = await changeRights(attempt, Identity, (rights) =>
        deny ? rights.difference(named) : rights.union(named),
      )
      if (!changed) return []
      const config = await configuration.read()
      const connector = itemNamed(receiveConnectors, config, Identity)
      const user = anonymousLogon
      return [...named].map((right) => row(connector, config.Server, { user, right, deny }))
    },
  })
}

function removeCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Remove-ADPermission',
    synopsis: 'Takes a right on a Receive connector from senders without log-in.',
    parameters: {
      ...changing,
      Deny: refused('a right that is not given is denied; give it by Add-ADPermission.'),
    },
    confirms: 'always',
    examples: [
      {
        code: `Get-ReceiveConnector "From Internet" | Remove-ADPermission -User "${anonymousLogon}" -ExtendedRights ms-Exch-SMTP-Accept-Authoritative-Domain-Sender`,
        text: 'Refuses mail from outside that claims a sender in our own domains.',
      },
    ],
    async change({ Identity, User, ExtendedRights }, attempt) {
      requireAnonymous(User)
      const taken = rightsNamed(ExtendedRights)
      await changeRights(attempt, Identity, (rights) => rights.difference(taken))
      return []
    },
  })
}

type Rights = ReadonlySet<AnonymousRight>

/** Whether it was done. The usual rights are not written: they may grow with the relay. */
async function changeRights(
  attempt: Attempt,
  connector: string,
  change: (rights: Rights) => Rights,
): Promise<boolean> {
  await changeItem(receiveConnectors, attempt, {
    identity: connector,
    verb: 'Setting the permissions of',
    edit: ({ AnonymousRights }) => {
      const rights = change(new Set(AnonymousRights ?? usualAnonymousRights))
      const usual = rights.symmetricDifference(new Set(usualAnonymousRights)).size === 0
      const written = anonymousRights.filter((right) => rights.has(right))
      return { AnonymousRights: usual ? undefined : written }
    },
  })
  return attempt.changed
}

function rightsOn(connector: ReceiveConnector, server: ServerIdentity): ShellObject[] {
  return holders
    .filter(({ group }) => connector.PermissionGroups.includes(group))
    .flatMap(({ user, party }) =>
      [...permissionsFor(party, connector)].map((right) => row(connector, server, { user, right })),
    )
}

function row(
  connector: ReceiveConnector,
  server: ServerIdentity,
  {
    user,
    right,
    deny = false,
  }: { readonly user: string; readonly right: Permission; readonly deny?: boolean },
): ShellObject {
  return new ShellObject({
    type: 'ADAcePresentationObject',
    view: tableView('Identity', 'User', 'Deny', { property: 'IsInherited', title: 'Inherited' }),
    properties: {
      AccessRights: ['ExtendedRight'],
      ExtendedRights: [rightNames[right]],
      Deny: deny,
      IsInherited: false,
      User: user,
      Identity: `${server.Name}\\${connector.Name}`,
    },
  })
}

function rightsNamed(names: readonly string[]): Rights {
  return new Set(anonymousRights.filter((right) => names.includes(rightNames[right])))
}

function requireAnonymous(user: string): void {
  if (isUser(user, anonymousLogon)) return
  throw new ShellError(
    `The rights of '${user}' cannot be changed one by one: they are those of the connector's PermissionGroups. Only those of '${anonymousLogon}' can.`,
    { id: 'InvalidOperationException', category: 'InvalidOperation', target: user },
  )
}

/** With its domain or without. */
function isUser(given: string, user: string): boolean {
  const wanted = given.toLowerCase()
  return [user, user.slice(user.indexOf('\\') + 1)].some((name) => name.toLowerCase() === wanted)
}
