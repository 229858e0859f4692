import type { Milliseconds } from '../base/time-span.ts'
import type { HeaderBlock } from '../message/header-block.ts'
import type { SplitContent } from '../message/header-collector.ts'
import { decodeHeaderText, plainText } from '../message/header-text.ts'
import { formatMailDate } from '../message/mail-date.ts'
import { messageIdOf, newMessageId } from '../message/message-id.ts'
import type { NewGuid } from '../message/message-id.ts'
import type { ContentLimits, SessionFacts } from '../message/message-sink.ts'
import { countHops, receivedLine } from '../message/received-line.ts'
import { reply } from '../smtp/reply.ts'
import type { Reply } from '../smtp/reply.ts'
import { inboundHeaders } from './header-firewall.ts'

/** What the queue wants to know of a header. */
export interface AcceptedHeader {
  readonly messageId: string
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

const possibleLoop = reply('554 5.4.6 Hop count exceeded - possible mail loop')

/** Exchange keeps 255 characters of a subject beside the message. */
const longestSubject = 255

/**
 * Judges the header of an arriving message and prepares it for the queue: hop counts, header
 * firewall, our trace field on top, Message-ID and Date where they are missing, the separator where
 * it is missing. Everything else stays octet by octet.
 */
export function acceptHeader(
  content: SplitContent,
  circumstances: HeaderCircumstances,
): { readonly header: AcceptedHeader; readonly content: Buffer } | { readonly reply: Reply } {
  const { session, limits, server, newGuid, time } = circumstances
  const hops = countHops(content.header, [session.fqdn, server.Fqdn])
  const looping = limits.maxLocalHopCount > 0 && hops.local > limits.maxLocalHopCount
  if (looping || hops.all > limits.maxHopCount) return { reply: possibleLoop }
  const given = messageIdOf(content.header)
  const messageId = given ?? newMessageId(server.Fqdn, newGuid)
  const kept = inboundHeaders(content.header, session.permissions)
  const header = given === undefined ? kept.without(({ name }) => name === 'message-id') : kept
  const subject = plainText(decodeHeaderText(header.value('subject') ?? ''), longestSubject)
  const added = addedFields(header, given === undefined ? messageId : undefined, time)
  return {
    header: { messageId, subject, receivedAt: time },
    content: joined(content, traceFields(session, time), header, added),
  }
}

function addedFields(header: HeaderBlock, messageId: string | undefined, time: number): string {
  const id = messageId === undefined ? '' : `Message-ID: ${messageId}\r\n`
  const hasDate = header.fields.some(({ name }) => name === 'date')
  return hasDate ? id : `${id}Date: ${formatMailDate(time)}\r\n`
}

/** One line per hop, newest first: a proxied client's is followed by that of the front end. */
function traceFields(session: SessionFacts, time: Milliseconds): string {
  const { fqdn, local, remote, helloName, tls, proxiedFor } = session
  const hop = receivedLine({
    helloName,
    clientAddress: remote.address,
    fqdn,
    localAddress: local.address,
    ...(tls !== undefined && { tls }),
    time,
  })
  if (proxiedFor === undefined) return hop
  const clientHop = receivedLine({
    helloName: proxiedFor.helloName,
    clientAddress: proxiedFor.client.address,
    fqdn: helloName,
    localAddress: remote.address,
    viaFrontend: true,
    time,
  })
  return hop + clientHop
}

const lineEnd = Buffer.from('\r\n')

function joined(
  { separator, body }: SplitContent,
  trace: string,
  header: HeaderBlock,
  added: string,
): Buffer {
  const { bytes } = header
  const unfinished = bytes.length > 0 && bytes.at(-1) !== 0x0a
  const parts = [Buffer.from(trace, 'latin1'), bytes]
  if (unfinished) parts.push(lineEnd)
  if (added !== '') parts.push(Buffer.from(added, 'latin1'))
  parts.push(separator.length === 0 && body.length > 0 ? lineEnd : separator, body)
  return Buffer.concat(parts)
}
