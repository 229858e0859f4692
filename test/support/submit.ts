import type { SmtpPeer } from './smtp-peer.ts'

export interface Submission {
  readonly from: string
  readonly to: readonly string[]
  /** Header and body with CRLF line ends; a dot at the beginning of a line is doubled here. */
  readonly content: string
}

/** Sends one message in a session that said hello; the replies of MAIL, each RCPT, DATA, and the end. */
export async function submit(
  peer: SmtpPeer,
  { from, to, content }: Submission,
): Promise<readonly string[]> {
  const replies = [await peer.command(`MAIL FROM:<${from}>`)]
  for (const recipient of to) replies.push(await peer.command(`RCPT TO:<${recipient}>`))
  replies.push(await peer.command('DATA'))
  if (!replies.at(-1)?.startsWith('354')) return replies
  peer.write(content.replace(/^\./gm, '..'))
  replies.push(await peer.command(`${content.endsWith('\r\n') ? '' : '\r\n'}.`))
  return replies
}

/** A small message with the subject, written by `from`. */
export function plainMessage(subject: string, from = 'sender@sender.example'): string {
  return [
    `From: ${from}`,
    'To: recipient@inside.example',
    `Subject: ${subject}`,
    'Date: Thu, 01 Jan 2026 00:00:00 +0000',
    `Message-ID: <${subject.replaceAll(' ', '.')}@sender.example>`,
    '',
    `the body of ${subject}`,
    '',
  ].join('\r\n')
}

/** `AUTH PLAIN` with its initial response. */
export function authPlain(userName: string, password: string): string {
  return `AUTH PLAIN ${base64(`\0${userName}\0${password}`)}`
}

/** Does AUTH LOGIN to its end; the last reply. */
export async function authLogin(
  peer: SmtpPeer,
  userName: string,
  password: string,
): Promise<string> {
  const answers = [await peer.command('AUTH LOGIN'), await peer.command(base64(userName))]
  if (answers.some((answer) => !answer.startsWith('334'))) return answers.join('\n')
  return await peer.command(base64(password))
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
