import { expect } from 'vitest'

type Fields = Readonly<Record<string, string>>

/** A delivery status notification, taken apart. */
export interface DeliveryReport {
  readonly header: Fields
  /** The text/plain part, decoded. */
  readonly text: string
  /** The per-message fields of message/delivery-status. */
  readonly message: Fields
  /** Its groups, one a recipient. */
  readonly recipients: readonly Fields[]
  readonly returned: { readonly type: string; readonly content: string } | undefined
}

interface Part {
  readonly header: Fields
  readonly type: string
  readonly body: string
}

/** Takes a notification apart and checks its form on the way (RFC 3462, RFC 3464). */
export function parseReport(content: Buffer): DeliveryReport {
  const text = content.toString('latin1')
  expect(text).not.toMatch(/(?<!\r)\n|\r(?!\n)/)
  const report = partOf(text)
  expect(report.type).toBe('multipart/report')
  expect(report.header['content-type']).toMatch(/report-type="?delivery-status"?/)
  expect(report.header['mime-version']).toBe('1.0')
  const [human, status, returned, ...more] = parts(report)
  expect(more).toEqual([])
  if (human === undefined || status === undefined)
    throw new Error('a report has two parts or three')
  expect(status.type).toBe('message/delivery-status')
  const [message = {}, ...recipients] = status.body
    .trimEnd()
    .split('\r\n\r\n')
    .map((group) => fieldsOf(group))
  return {
    header: report.header,
    text: plainText(human),
    message,
    recipients,
    returned: returned && { type: returned.type, content: returned.body },
  }
}

function partOf(text: string): Part {
  const end = text.indexOf('\r\n\r\n')
  const header = fieldsOf(text.slice(0, end))
  const type = header['content-type']?.split(';')[0]?.toLowerCase() ?? 'text/plain'
  return { header, type, body: text.slice(end + 4) }
}

function fieldsOf(text: string): Fields {
  const unfolded = text.replace(/\r\n[ \t]+/g, ' ')
  return Object.fromEntries(
    unfolded.split('\r\n').map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}

function parts({ header, body }: Part): readonly Part[] {
  const boundary = /boundary="([^"]+)"/.exec(header['content-type'] ?? '')?.[1] ?? ''
  const pieces = `\r\n${body}`.split(`\r\n--${boundary}`)
  expect(pieces.at(-1)).toMatch(/^--\r\n/)
  return pieces.slice(1, -1).map((piece) => partOf(piece.replace(/^\r\n/, '')))
}

/** The plain text of the part for people, alone or within multipart/alternative. */
function plainText(part: Part): string {
  const plain = part.type.startsWith('multipart/')
    ? parts(part).find(({ type }) => type === 'text/plain')
    : part
  expect(plain?.header['content-transfer-encoding']).toBe('quoted-printable')
  return (plain?.body ?? '')
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}
