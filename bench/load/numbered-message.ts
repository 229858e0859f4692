/** The header line that carries a message's number. */
export const numberField = 'X-Bench: '

/** The envelope sender of every message. */
export const sender = 'alice@contoso.test'

/** What the line says: which order, which message, and when its final dot was sent. */
export interface MessageMark {
  readonly round: number
  readonly number: number
  /** By `monotonicMs`. */
  readonly sentAt: number
}

/** Milliseconds of a clock that all processes of the machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** The header of a message, to be followed by `bodyOf`. */
export function headerOf({ round, number, sentAt }: MessageMark): string {
  return (
    `From: <${sender}>\r\nTo: <b@contoso.test>\r\nSubject: Message ${number}\r\n` +
    `Message-ID: <${round}.${number}@contoso.test>\r\nDate: Sat, 21 Nov 2026 06:00:00 +0000\r\n` +
    `${numberField}${round} ${number} ${sentAt}\r\n`
  )
}

/** The empty line, `bytes` octets of text and the final dot. */
export function bodyOf(bytes: number): Buffer {
  const line = `${'The quick brown fox jumps over the lazy dog. '.repeat(2).slice(0, 76)}\r\n`
  const text = line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes - 2)
  return Buffer.from(`\r\n${text}\r\n.\r\n`, 'latin1')
}

/** Reads the mark in `header`; undefined when its line is not there, or not whole. */
export function readMark(header: Buffer): MessageMark | undefined {
  const at = header.indexOf(`\r\n${numberField}`)
  const end = at < 0 ? -1 : header.indexOf('\r\n', at + 2)
  if (end < 0) return undefined
  const fields = header.toString('latin1', at + 2 + numberField.length, end).split(' ')
  const [round = NaN, number = NaN, sentAt = NaN] = fields.map(Number)
  return { round, number, sentAt }
}

/** Local part of a message's nth recipient, by which the sink knows who was reached. */
export function recipientName(index: number): string {
  return `r${index}`
}

/** The n of `RCPT TO:<rN@domain>`. */
export function recipientIndex(command: string): number {
  return Number(/^RCPT TO:<r(\d+)@/i.exec(command)?.[1] ?? NaN)
}
