import type { Milliseconds } from '../base/time-span.ts'
import { headerText } from '../message/header-block.ts'
import type { HeaderBlock } from '../message/header-block.ts'
import { asciiText, encodeHeaderText, plainText, shortened } from '../message/header-text.ts'
import { formatMailDate } from '../message/mail-date.ts'
import { newMessageId } from '../message/message-id.ts'
import type { NewGuid } from '../message/message-id.ts'
import type { PastAttempts } from '../queue/attempt-history.ts'
import { deliveryStatus, longestText, statusCode, wholeReason } from './delivery-status.ts'
import type { ReportedMessage, ReportedRecipient } from './delivery-status.ts'
import { explainDelay, explainFailure, openingLine, subjectPrefix } from './dsn-texts.ts'
import { headersPart, isGlobal } from './headers-part.ts'
import { returnedHeader } from './original-content.ts'
import { quotedPrintable } from './quoted-printable.ts'

/** All that a notification tells. */
export interface Report extends ReportedMessage {
  /** This server's name, for the text and the Message-ID. */
  readonly server: string
  readonly from: string
  readonly to: string
  readonly now: Milliseconds
  /** Decoded. */
  readonly originalSubject: string
  readonly originalMessageId: string
  /** For the text, and to be returned alone; a whole message is written by the caller. */
  readonly originalHeader: HeaderBlock
  readonly returned: 'message' | 'headers' | 'nothing'
  /** What is returned holds octets above 127. */
  readonly eightBit: boolean
  /** The original was international mail (RFC 6531), so its sender understands the types of RFC 6533. */
  readonly international: boolean
  readonly html: boolean
  readonly recipients: readonly ReportedRecipient[]
}

/** A notification around its original: a whole message that is returned goes between the parts of its body. */
export interface ComposedReport {
  readonly messageId: string
  readonly subject: string
  readonly header: Buffer
  readonly before: Buffer
  readonly after: Buffer
}

/** Writes a notification as multipart/report (RFC 6522, RFC 3464) in Exchange's layout. */
export function composeReport(report: Report, newGuid: NewGuid): ComposedReport {
  const messageId = newMessageId(report.server, newGuid)
  const boundary = newGuid()
  const subject = subjectPrefix[report.action] + plainText(report.originalSubject, Infinity)
  const before = [
    `\r\n--${boundary}\r\n`,
    humanPart(report, newGuid),
    `\r\n--${boundary}\r\n`,
    statusPart(report),
    returnedPart(report, boundary),
  ]
  return {
    messageId,
    subject,
    header: Buffer.from(topHeader(report, { messageId, subject, boundary })),
    before: Buffer.from(before.join('')),
    after: Buffer.from(`\r\n--${boundary}--\r\n`),
  }
}

interface TopHeader {
  readonly messageId: string
  readonly subject: string
  readonly boundary: string
}

function topHeader(report: Report, { messageId, subject, boundary }: TopHeader): string {
  const original = asciiText(report.originalMessageId, 900)
  const eightBit = isEightBit(report) ? ['Content-Transfer-Encoding: 8bit'] : []
  const lines = [
    'MIME-Version: 1.0',
    `From: <${plainText(report.from, 900)}>`,
    `To: <${plainText(report.to, 900)}>`,
    `Date: ${formatMailDate(report.now)}`,
    `Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="${boundary}"`,
    ...eightBit,
    ...(report.action === 'failed' ? ['X-MS-Exchange-Message-Is-Ndr:'] : []),
    'Content-Language: en-US',
    `Message-ID: ${messageId}`,
    ...(original === '' ? [] : [`In-Reply-To: ${original}`, `References: ${original}`]),
    `Subject: ${encodeHeaderText(subject)}`,
    'Auto-Submitted: auto-replied',
  ]
  return lines.map((line) => `${line}\r\n`).join('')
}

function humanPart(report: Report, newGuid: NewGuid): string {
  const lines = humanText(report)
  const text = textPart('plain', lines.join('\r\n'))
  if (!report.html) return text
  const boundary = newGuid()
  return [
    'Content-Type: multipart/alternative; differences=Content-Type;\r\n',
    `\tboundary="${boundary}"\r\n\r\n`,
    `--${boundary}\r\n${text}`,
    `\r\n--${boundary}\r\n${textPart('html', htmlText(lines))}`,
    `\r\n--${boundary}--\r\n`,
  ].join('')
}

function statusPart(report: Report): string {
  const { text, form } = deliveryStatus(report, report.recipients, report.international)
  if (form === '7bit') return `Content-Type: message/delivery-status\r\n\r\n${text}`
  return `Content-Type: message/global-delivery-status\r\n${encodedAsQp}${quotedPrintable(text)}`
}

const encodedAsQp = 'Content-Transfer-Encoding: quoted-printable\r\n\r\n'

function textPart(subtype: 'plain' | 'html', text: string): string {
  const type = `Content-Type: text/${subtype}; charset="utf-8"\r\n`
  return `${type}${encodedAsQp}${quotedPrintable(text)}\r\n`
}

/** More of a header than this is not shown in the text; the attached original has all of it. */
const longestQuote = 32_768

function humanText(report: Report): string[] {
  return [
    openingLine[report.action],
    '',
    ...report.recipients.flatMap((recipient) => explanation(report, recipient)),
    ...(report.action === 'delayed' ? delay(report) : []),
    ...(report.withoutDiagnostics === true ? [] : diagnostics(report)),
  ].map((line) => plainLine(line))
}

/** What helps an administrator of ours, and tells much of us. */
function diagnostics(report: Report): string[] {
  const quoted = headerText(report.originalHeader.bytes.subarray(0, longestQuote))
  const headerLines = quoted
    .trimEnd()
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll('\t', '        '))
  return [
    'Diagnostic information for administrators:',
    '',
    `Generating server: ${report.server}`,
    ...receivingServer(report.recipients),
    '',
    ...report.recipients.flatMap((recipient) => diagnosis(report, recipient)),
    'Original message headers:',
    '',
    ...headerLines,
  ]
}

/** Keeps the blanks that begin a line: they are the folds of quoted headers. */
function plainLine(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? ''
  return indent + plainText(line, Infinity)
}

function explanation(report: Report, { address, reply }: ReportedRecipient): string[] {
  const name = `${address}<mailto:${address}>`
  if (report.action !== 'failed') return [name, '']
  return [name, explainFailure(statusCode('failed', reply)), '']
}

function delay(report: Report): string[] {
  const remaining = (report.willRetryUntil ?? report.now) - report.now
  return [`Subject: ${report.originalSubject}`, '', ...explainDelay(remaining), '']
}

function receivingServer(recipients: readonly ReportedRecipient[]): string[] {
  const hosts = new Set(recipients.map(({ remoteHost }) => remoteHost))
  const [host, second] = hosts
  return host === undefined || second !== undefined ? [] : [`Receiving server: ${host}`]
}

function diagnosis(report: Report, recipient: ReportedRecipient): string[] {
  const { address, reply, remoteHost, lastWord, attempts = [] } = recipient
  if (attempts.length > 0) {
    const expired = `${formatMailDate(report.now)} - Server at ${report.server} returned '${reply}'`
    return [
      address,
      ...(lastWord === undefined ? [] : [expired]),
      ...attempts.map(told(report)),
      '',
    ]
  }
  if (reply === '') return [address, '']
  const reason = shortened(wholeReason(recipient), longestText)
  const said = remoteHost === undefined ? `#${reason} ##` : `Remote Server returned '${reason}'`
  return [address, said, '']
}

/** Writes attempts that came to the same as one line. */
function told({ server }: Report): (attempts: PastAttempts) => string {
  return ({ reply, remoteHost, firstAt, lastAt, count }) => {
    const who = remoteHost === undefined ? `Server at ${server}` : `Remote Server at ${remoteHost}`
    const often = count === 1 ? '' : ` (${count} attempts since ${formatMailDate(firstAt)})`
    return `${formatMailDate(lastAt)} - ${who} returned '${reply}'${often}`
  }
}

function htmlText(lines: readonly string[]): string {
  const heading = lines.indexOf('Original message headers:') + 1
  const quote = heading === 0 ? lines.length : heading
  const escaped = lines.map(escapeHtml)
  const quoted = escaped.slice(quote + 1)
  return [
    '<html>',
    '<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>',
    '<body>',
    ...escaped.slice(0, quote).map((line) => (line === '' ? '<br>' : `<div>${line}</div>`)),
    ...(quoted.length > 0 ? ['<pre>', ...quoted, '</pre>'] : []),
    '</body>',
    '</html>',
  ].join('\r\n')
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** A header alone leaves as 7 bit in any case; a whole message may have no encoding (RFC 2046 5.2.1). */
export function isEightBit({ eightBit, returned }: Pick<Report, 'eightBit' | 'returned'>): boolean {
  return eightBit && returned === 'message'
}

function returnedPart(report: Report, boundary: string): string {
  const { returned, eightBit, international } = report
  const start = `\r\n--${boundary}\r\n`
  switch (returned) {
    case 'nothing':
      return ''
    case 'message': {
      const encoding = eightBit ? 'Content-Transfer-Encoding: 8bit\r\n' : ''
      const inUtf8 = isGlobal(returnedHeader(report.originalHeader), international)
      const type = inUtf8 ? 'message/global' : 'message/rfc822'
      return `${start}Content-Type: ${type}\r\n${encoding}\r\n`
    }
    case 'headers':
      return `${start}${headersPart(returnedHeader(report.originalHeader), international)}`
  }
}
