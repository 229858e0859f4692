import { z } from 'zod'
import { accountGroups } from '../../directory/accounts.ts'
import { flags, list, text } from '../../base/setting-fields.ts'

/** An account that may authenticate, `Users` in the configuration. */
export const userSchema = z.strictObject({
  /** `name`, `DOMAIN\name` or `name@domain`; compared without case. */
  UserName: text(),
  /** In clear: for labs, a warning at start. */
  Password: text().optional(),
  /** What `edge hash-password` prints. */
  PasswordHash: text().optional(),
  /** File that holds the password in clear on its first line (a container secret). */
  PasswordFile: text().optional(),
  Groups: flags(accountGroups).default(['ExchangeUsers']),
  /** Addresses the user may send as. */
  EmailAddresses: list(text()).default([]),
})

export type User = Readonly<z.output<typeof userSchema>>
