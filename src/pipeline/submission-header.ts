import type { Milliseconds } from '../base/time-span.ts'
import type { HeaderBlock } from '../message/header-block.ts'
import { HeaderCollector, mostHeaderFields } from '../message/header-collector.ts'
import type { SplitContent } from '../message/header-collector.ts'
import { decodeHeaderText, plainText } from '../message/header-text.ts'
import { formatMailDate } from '../message/mail-date.ts'
import { messageIdOf, newMessageId } from '../message/message-id.ts'
import type { NewGuid } from '../message/message-id.ts'
import type { ContentLimits, SessionFacts } from '../message/message-sink.ts'
import { countHops, folderReceivedLine, receivedLine } from '../message/received-line.ts'
import { withoutStrayLines } from '../message/stray-lines.ts'
import { lineEndsOf } from '../smtp/line-end-check.ts'
import { headersTooLarge, hopCountExceeded, senderNotAllowed } from '../smtp/replies.ts'
import type { Reply } from '../smtp/reply.ts'
import { namesOwnAuthors } from './author-check.ts'
import { inboundHeaders } from './header-firewall.ts'

/** Content that is taken: the header as it is stored, and what is known of the body, its separator first. */
export interface AcceptedContent {
  readonly facts: AcceptedHeader
  readonly header: Buffer
  readonly body: Buffer
}

/** What the queue wants to know of a header. */
export interface AcceptedHeader {
  readonly messageId: string
  readonly networkMessageId: string
  readonly subject: string
  readonly receivedAt: Milliseconds
}

export interface HeaderCircumstances {
  readonly session: SessionFacts
  readonly limits: ContentLimits
  readonly server: { readonly Fqdn: string }
  readonly newGuid: NewGuid
  readonly time: Milliseconds
}

/** Exchange keeps 255 characters of a subject beside the message. */
const longestSubject = 255
/** So much of the field, encoded, can hold that. */
const encodedSubject = 4096

/**
 * Judges the header of an arriving message and prepares it for the queue: hop counts, its authors,
 * header firewall, our trace field on top, Message-ID and Date where they are missing, the separator where
 * it is missing, CRLF for a bare CR, nothing for lines that belong to no field. Everything else stays
 * octet by octet.
 */
export function acceptHeader(
  arrived: SplitContent,
  circumstances: HeaderCircumstances,
): AcceptedContent | { readonly reply: Reply } {
  const whole = withWholeLines(arrived)
  if (whole === undefined) return { reply: headersTooLarge }
  const content = withFieldsAlone(whole)
  const { session, limits, server, newGuid, time } = circumstances
  const hops = countHops(content.header, [session.fqdn, server.Fqdn])
  const looping = limits.maxLocalHopCount > 0 && hops.local > limits.maxLocalHopCount
  if (looping || hops.all > limits.maxHopCount) return { reply: hopCountExceeded }
  if (!namesOwnAuthors(content.header, session)) return { reply: senderNotAllowed }
  const given = messageIdOf(content.header)
  const messageId = given ?? newMessageId(server.Fqdn, newGuid)
  const kept = inboundHeaders(content.header, session.permissions)
  const header = given === undefined ? kept.without(({ name }) => name === 'message-id') : kept
  const rawSubject = header.value('subject')?.slice(0, encodedSubject) ?? ''
  const subject = plainText(decodeHeaderText(rawSubject), longestSubject)
  const added = addedFields(header, given === undefined ? messageId : undefined, time)
  return {
    facts: {
      messageId,
      networkMessageId: networkMessageIdOf(header) ?? newGuid(),
      subject,
      receivedAt: time,
    },
    header: wholeHeader(traceField(session, time), header, added),
    body: separated(content),
  }
}

/**
 * A CR that stands alone in the header becomes a line end now, as it would when the message leaves:
 * what stands behind it is judged like any other line, so that no field gets past the firewall there.
 * Undefined: it has too many fields then.
 */
function withWholeLines(content: SplitContent): SplitContent | undefined {
  const { header, body, separatorLength } = content
  if (lineEndsOf(header.bytes) === 'whole') return content
  const whole = header.bytes.toString('latin1').replace(/\r(?!\n)/g, '\r\n')
  if (whole.length === header.bytes.length) return content
  const collector = new HeaderCollector(Infinity, mostHeaderFields)
  const separator = body.subarray(0, separatorLength)
  const progress = collector.push(Buffer.concat([Buffer.from(whole, 'latin1'), separator]))
  if (progress.kind === 'too-large') return undefined
  const split = progress.kind === 'complete' ? progress : collector.end()
  return { ...split, body: Buffer.concat([split.body, body.subarray(separatorLength)]) }
}

function withFieldsAlone(content: SplitContent): SplitContent {
  if (!content.hasStrayLines) return content
  return { ...content, header: withoutStrayLines(content.header), hasStrayLines: false }
}

const guidShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The id that a server of the organisation gave it before; the header firewall keeps those of others away. */
function networkMessageIdOf(header: HeaderBlock): string | undefined {
  const given = header.value('x-ms-exchange-organization-network-message-id')
  return given !== undefined && guidShape.test(given) ? given.toLowerCase() : undefined
}

function addedFields(header: HeaderBlock, messageId: string | undefined, time: number): string {
  const id = messageId === undefined ? '' : `Message-ID: ${messageId}\r\n`
  const hasDate = header.fields.some(({ name }) => name === 'date')
  return hasDate ? id : `${id}Date: ${formatMailDate(time)}\r\n`
}

/** Our own hop; the front end wrote its own before it handed the message on. */
function traceField(session: SessionFacts, time: Milliseconds): string {
  const { fqdn, local, remote, helloName, tls, file } = session
  if (file !== undefined) return folderReceivedLine(file, fqdn, time)
  return receivedLine({
    helloName,
    clientAddress: remote.address,
    fqdn,
    localAddress: local.address,
    ...(tls !== undefined && { tls }),
    time,
  })
}

const lineEnd = Buffer.from('\r\n')

function wholeHeader(trace: string, { bytes }: HeaderBlock, added: string): Buffer {
  const unfinished = bytes.length > 0 && bytes.at(-1) !== 0x0a
  const parts = [Buffer.from(trace, 'latin1'), bytes]
  if (unfinished) parts.push(lineEnd)
  if (added !== '') parts.push(Buffer.from(added, 'latin1'))
  return Buffer.concat(parts)
}

function separated({ body, separatorLength }: SplitContent): Buffer {
  const isMissing = separatorLength === 0 && body.length > 0
  return isMissing ? Buffer.concat([lineEnd, body]) : body
}
