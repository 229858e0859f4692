import { z } from 'zod'
import { flag, flags, list, text, timeSpan } from '../base/setting-fields.ts'
import { accountGroups } from './accounts.ts'
import { day, second } from '../base/time-span.ts'

/** An LDAP server that knows the recipients. The names of attributes are those of Active Directory. */
export const ldapSchema = z.strictObject({
  /** `ldaps://dc1.contoso.com`, or `ldap://` with StartTls; the first that answers is asked. */
  Url: list(text()),
  /** Whether a connection to `ldap://` is secured before anything is said. */
  StartTls: flag().default(true),
  /** The certificates that the server's is to be issued by; left out, those that Node trusts. */
  CaFile: text().optional(),
  /** Left out: questions are asked without a log-in. */
  BindDn: text().optional(),
  /** Its password on the first line, read at each log-in. */
  PasswordFile: text().optional(),
  /** Recipients are below this entry. */
  BaseDn: text(),
  /** What else an entry must be: `(!(msExchHideFromAddressLists=TRUE))`. */
  Filter: text().optional(),
  /** proxyAddresses has values such as `SMTP:alice@contoso.com`, all others plain addresses. */
  AddressAttributes: list(text()).default(['proxyAddresses', 'mail']),
  TargetAttribute: text().default('targetAddress'),
  /** Holds the members of groups by their entries' names. */
  MemberAttribute: text().default('member'),
  /** Whether those below BaseDn may log in with the password they have there. */
  LogonEnabled: flag().default(false),
  /** What a client may call itself by; the first that an entry has is the account's name. */
  LogonAttributes: list(text()).default(['userPrincipalName', 'sAMAccountName', 'uid']),
  /** The `DOMAIN` of `DOMAIN\name`; left out, any is taken. */
  LogonDomain: text().optional(),
  /** What else the entry of an account must be: `(memberOf=CN=Mail,DC=contoso,DC=com)`. */
  LogonFilter: text().optional(),
  /** Groups of the server whose members belong to groups here; all accounts are ExchangeUsers. */
  LogonGroups: z.array(z.strictObject({ Dn: text(), Groups: flags(accountGroups) })).default([]),
  /** How long an answer may take. */
  Timeout: timeSpan(second, 60 * second).default(10 * second),
})

/** Where recipients stand beside the configuration; `Directory` there. */
export const directorySchema = z.strictObject({
  /** CSV, or JSON where the name ends so; read anew when it changes. */
  File: text().optional(),
  Ldap: ldapSchema.optional(),
  /** How long what a server said of an address is believed; of an unknown one a minute at most. */
  CacheTime: timeSpan(0, day).default(300 * second),
})

export type DirectorySettings = Readonly<z.output<typeof directorySchema>>
export type LdapSettings = Readonly<z.output<typeof ldapSchema>>
