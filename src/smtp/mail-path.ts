import { type Mailbox, parsePath } from './address.ts'
import {
  type Extensions,
  type MailParameters,
  type RcptParameters,
  parseMailParameters,
  parseRcptParameters,
} from './parameters.ts'
import {
  invalidArguments,
  invalidRecipientAddress,
  invalidSenderAddress,
  utf8AddressNotAllowed,
} from './replies.ts'
import type { Reply } from './reply.ts'

/** MAIL, read. */
export interface MailCommand extends MailParameters {
  /** Reverse path without angle brackets; empty for the null sender. */
  readonly sender: string
}

/** RCPT, read; has the shape of an envelope's recipient. */
export interface RcptCommand extends RcptParameters {
  /** `local@domain` without angle brackets and source route, or `postmaster`. */
  readonly address: string
}

/** Reads MAIL's argument: `FROM:<sender> parameters`. */
export function parseMailCommand(argument: string, extensions: Extensions): MailCommand | Reply {
  const path = /^FROM: *(.*)$/iu.exec(argument)?.[1]
  if (path === undefined) return invalidArguments
  const parsed = parsePath(path)
  if (parsed === undefined) return invalidSenderAddress
  const parameters = parseMailParameters(parsed.rest, extensions)
  if ('code' in parameters) return parameters
  if (needsSmtpUtf8(parsed.mailbox) && !parameters.smtpUtf8) return utf8AddressNotAllowed
  return { sender: parsed.mailbox?.address ?? '', ...parameters }
}

/**
 * Reads RCPT's argument: `TO:<recipient> parameters`. `smtpUtf8` says whether the transaction's MAIL
 * had that parameter.
 */
export function parseRcptCommand(
  argument: string,
  extensions: Extensions,
  smtpUtf8: boolean,
): RcptCommand | Reply {
  const path = /^TO: *(.*)$/iu.exec(argument)?.[1]
  if (path === undefined) return invalidArguments
  const postmaster = /^(?:<(postmaster)>|(postmaster)(?= |$))/i.exec(path)
  const parsed =
    postmaster === null
      ? parsePath(path)
      : {
          mailbox: { address: postmaster[1] ?? postmaster[2] ?? '', international: false },
          rest: path.slice(postmaster[0].length),
        }
  if (parsed?.mailbox === undefined) return invalidRecipientAddress
  if (needsSmtpUtf8(parsed.mailbox) && !smtpUtf8) return utf8AddressNotAllowed
  const parameters = parseRcptParameters(parsed.rest, extensions)
  return 'code' in parameters ? parameters : { address: parsed.mailbox.address, ...parameters }
}

function needsSmtpUtf8(mailbox: Mailbox | undefined): boolean {
  return mailbox?.international === true
}
