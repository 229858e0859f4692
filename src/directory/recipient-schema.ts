import { z } from 'zod'
import { list, oneOf, text } from '../base/setting-fields.ts'
import { recipientTypes } from './directory.ts'

/** A recipient's settings, by Exchange's names; `Recipients` in the configuration. */
export const recipientSchema = z.strictObject({
  Name: text(),
  RecipientType: oneOf(recipientTypes),
  /** `SMTP:primary`, `smtp:other`; without `SMTP:` the first is the primary one. */
  EmailAddresses: list(text()).default([]),
  /** Where the mail goes: of a MailUser, MailContact or RemoteMailbox. */
  ExternalEmailAddress: text().optional(),
  /** Of a group: addresses, or names of recipients. */
  Members: list(text()).default([]),
})
