/**
 * What a session's principal may do, Exchange's `ms-Exch-…` rights by their short names as the
 * protocol log prints them. The position in this list is the bit in XPROXYFROM's PERMS.
 */
export const permissionNames = [
  'SMTPSubmit',
  'SMTPAcceptAnyRecipient',
  'SMTPAcceptAnySender',
  'SMTPAcceptAuthoritativeDomainSender',
  'SMTPAcceptAuthenticationFlag',
  'SMTPAcceptEXCH50',
  'BypassAntiSpam',
  'BypassMessageSizeLimit',
  'AcceptRoutingHeaders',
  'AcceptOrganizationHeaders',
  'AcceptForestHeaders',
  'SMTPAcceptXProxyFrom',
] as const

export type Permission = (typeof permissionNames)[number]
export type Permissions = ReadonlySet<Permission>

/** The rights as one number, for the hand-over between our services. */
export function permissionMask(permissions: Permissions): number {
  return permissionNames.reduce(
    (mask, name, bit) => (permissions.has(name) ? mask | (1 << bit) : mask),
    0,
  )
}

/** The rights that `mask` holds; unknown bits are ignored. */
export function permissionsFromMask(mask: number): Permissions {
  return new Set(permissionNames.filter((_, bit) => (mask & (1 << bit)) !== 0))
}
