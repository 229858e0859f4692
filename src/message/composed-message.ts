import MailComposer from 'nodemailer/lib/mail-composer'
import type { Milliseconds } from '../base/time-span.ts'

/** A message that the relay writes itself. */
export interface ComposedMail {
  /** Addresses, without a name. */
  readonly from: string
  readonly to: string
  readonly subject: string
  /** With its angle brackets. */
  readonly messageId: string
  readonly date: Milliseconds
  readonly text: string
}

/** The message as it is sent, with CRLF line ends; what does not fit ASCII is encoded. */
export async function composeMessage(mail: ComposedMail): Promise<Buffer> {
  const { from, to, subject, messageId, date, text } = mail
  const composer = new MailComposer({
    from: { name: '', address: from },
    to: { name: '', address: to },
    subject,
    messageId,
    date: new Date(date),
    text: `${text}\r\n`,
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return await composer.compile().build()
}
