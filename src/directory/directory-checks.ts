import type { Problem } from '../base/problem.ts'
import type { DirectorySettings, LdapSettings } from './directory-schema.ts'

const attributeSettings = [
  'AddressAttributes',
  'TargetAttribute',
  'MemberAttribute',
  'LogonAttributes',
] as const

/** What is wrong with the settings of `Directory` by themselves. */
export function directoryProblems({ Ldap }: DirectorySettings): Problem[] {
  if (Ldap === undefined) return []
  const at = (setting: string) => ['Directory', 'Ldap', setting]
  const problems: Problem[] = urlProblems(Ldap, at('Url'))
  if (Ldap.BaseDn.trim() === '')
    problems.push({ path: at('BaseDn'), message: 'must name an entry, such as DC=contoso,DC=com' })
  if (Ldap.BindDn !== undefined && Ldap.PasswordFile === undefined)
    problems.push({ path: at('PasswordFile'), message: 'is missing; BindDn logs in with it' })
  if (Ldap.BindDn === undefined && Ldap.PasswordFile !== undefined)
    problems.push({ path: at('PasswordFile'), message: 'is for BindDn, which is missing' })
  if (Ldap.AddressAttributes.length === 0)
    problems.push({ path: at('AddressAttributes'), message: 'must name one attribute or more' })
  if (Ldap.LogonEnabled && Ldap.LogonAttributes.length === 0)
    problems.push({ path: at('LogonAttributes'), message: 'must name one attribute or more' })
  for (const setting of attributeSettings)
    for (const name of [Ldap[setting]].flat())
      if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name))
        problems.push({ path: at(setting), message: `"${name}" is no name of an attribute` })
  return problems
}

/** Whether passwords would go over the network in clear: that of BindDn, or of whoever logs in. */
export function saysPasswordInClear({
  Url,
  StartTls,
  BindDn,
  LogonEnabled,
}: LdapSettings): boolean {
  const isPlain = (url: string) =>
    /^ldap:/i.test(url) && !/^ldap:\/\/(?:localhost|127\.|\[::1\])/i.test(url)
  const hasPasswords = BindDn !== undefined || LogonEnabled
  return hasPasswords && !StartTls && Url.some(isPlain)
}

function urlProblems({ Url }: LdapSettings, path: Problem['path']): Problem[] {
  if (Url.length === 0)
    return [{ path, message: 'must name a server, such as ldaps://dc1.contoso.com' }]
  return Url.filter((url) => !isServer(url)).map((url) => ({
    path,
    message: `must be ldaps://HOST or ldap://HOST, perhaps with a port, and nothing else, not "${withoutUser(url)}"`,
  }))
}

function isServer(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(url)
  const isPlain = [username, password, pathname.replace('/', ''), search, hash].join('') === ''
  return (protocol === 'ldap:' || protocol === 'ldaps:') && hostname !== '' && isPlain
}

/** Somebody may have written a password there. */
function withoutUser(url: string): string {
  return url.replace(/\/\/.*@/, '//')
}
