import type { PermissionGroup, ReceiveConnector } from './receive-connector.ts'

type Admitting = Pick<ReceiveConnector, 'AuthMechanism' | 'PermissionGroups' | 'AnonymousRights'>

/** Whether a client of this connector can come to the right to submit by being of this group. */
const isOpenTo: Readonly<Record<PermissionGroup, (connector: Admitting) => boolean>> = {
  AnonymousUsers: ({ AnonymousRights }) => AnonymousRights?.includes('SMTPSubmit') !== false,
  ExchangeUsers: takesAccounts,
  ExchangeServers: (connector) =>
    takesAccounts(connector) ||
    connector.AuthMechanism.includes('ExchangeServer') ||
    connector.AuthMechanism.includes('ExternalAuthoritative'),
  // Exchange 2003 proved itself by Kerberos, as a member of a group of the directory.
  ExchangeLegacyServers: () => false,
  Partners: takesAccounts,
  None: () => false,
}

/** Whether anybody at all can send mail by this connector, whatever the client proves. */
export function hasPossibleSenders(connector: Admitting): boolean {
  return connector.PermissionGroups.some((group) => isOpenTo[group](connector))
}

function takesAccounts({ AuthMechanism }: Admitting): boolean {
  return AuthMechanism.includes('BasicAuth')
}
