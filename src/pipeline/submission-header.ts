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

/** The header of an arriving message between two steps of its acceptance. */
export interface ArrivingHeader {
  content: SplitContent
  /** Set when it has a Message-ID, or was given one. */
  messageId: string
  /** Field lines that go above it, and below. */
  above: string
  below: string
}

/** One of the relay's own steps. A Reply refuses the message. */
export interface AcceptanceStep {
  /** As Get-TransportPipeline shows it. */
  readonly name: string
  apply(arriving: ArrivingHeader, circumstances: HeaderCircumstances): Reply | undefined
}

/**
 * What happens to every header, in this order, before agents are asked at OnEndOfHeaders. All that no step
 * names stays octet by octet.
 */
export const acceptanceSteps: readonly AcceptanceStep[] = [
  {
    name: 'Line Ends',
    apply(arriving) {
      const whole = withWholeLines(arriving.content)
      if (whole === undefined) return headersTooLarge
      arriving.content = whole
      return undefined
    },
  },
  {
    name: 'Stray Lines',
    apply(arriving) {
      arriving.content = withFieldsAlone(arriving.content)
      return undefined
    },
  },
  {
    name: 'Hop Count',
    apply({ content }, { session, limits, server }) {
      const hops = countHops(content.header, [session.fqdn, server.Fqdn])
      const looping = limits.maxLocalHopCount > 0 && hops.local > limits.maxLocalHopCount
      return looping || hops.all > limits.maxHopCount ? hopCountExceeded : undefined
    },
  },
  {
    name: 'Send As',
    apply: ({ content }, { session }) =>
      namesOwnAuthors(content.header, session) ? undefined : senderNotAllowed,
  },
  {
    name: 'Header Firewall',
    apply(arriving, { session }) {
      const header = inboundHeaders(arriving.content.header, session.permissions)
      if (header !== arriving.content.header) arriving.content = { ...arriving.content, header }
      return undefined
    },
  },
  {
    name: 'Message-ID and Date',
    apply(arriving, { server, newGuid, time }) {
      const { header } = arriving.content
      const given = messageIdOf(header)
      arriving.messageId = given ?? newMessageId(server.Fqdn, newGuid)
      if (given === undefined) {
        const kept = header.without(({ name }) => name === 'message-id')
        arriving.content = { ...arriving.content, header: kept }
        arriving.below = `Message-ID: ${arriving.messageId}\r\n`
      }
      const hasDate = header.fields.some(({ name }) => name === 'date')
      if (!hasDate) arriving.below += `Date: ${formatMailDate(time)}\r\n`
      return undefined
    },
  },
  {
    name: 'Trace Field',
    apply(arriving, { session, time }) {
      arriving.above = traceField(session, time)
      return undefined
    },
  },
]

/** Judges the header of an arriving message and prepares it for the queue, step by step. */
export function acceptHeader(
  arrived: SplitContent,
  circumstances: HeaderCircumstances,
): AcceptedContent | { readonly reply: Reply } {
  const arriving: ArrivingHeader = { content: arrived, messageId: '', above: '', below: '' }
  for (const step of acceptanceSteps) {
    const reply = step.apply(arriving, circumstances)
    if (reply !== undefined) return { reply }
  }
  const { content, messageId } = arriving
  const { newGuid, time } = circumstances
  return {
    facts: {
      messageId,
      networkMessageId: networkMessageIdOf(content.header) ?? newGuid(),
      subject: subjectOf(content.header),
      receivedAt: time,
    },
    header: wholeHeader(arriving),
    body: separated(content),
  }
}

/** What is known of the message when agents have changed its header. */
export function factsAfter(facts: AcceptedHeader, header: HeaderBlock): AcceptedHeader {
  const messageId = messageIdOf(header) ?? facts.messageId
  return { ...facts, messageId, subject: subjectOf(header) }
}

function subjectOf(header: HeaderBlock): string {
  const rawSubject = header.value('subject')?.slice(0, encodedSubject) ?? ''
  return plainText(decodeHeaderText(rawSubject), longestSubject)
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

function wholeHeader({ content, above, below }: ArrivingHeader): Buffer {
  const { bytes } = content.header
  const unfinished = bytes.length > 0 && bytes.at(-1) !== 0x0a
  const parts = [Buffer.from(above, 'latin1'), bytes]
  if (unfinished) parts.push(lineEnd)
  if (below !== '') parts.push(Buffer.from(below, 'latin1'))
  return Buffer.concat(parts)
}

function separated({ body, separatorLength }: SplitContent): Buffer {
  const isMissing = separatorLength === 0 && body.length > 0
  return isMissing ? Buffer.concat([lineEnd, body]) : body
}
