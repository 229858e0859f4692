import type { Milliseconds } from '../base/time-span.ts'
import type { TrackingRecord } from './tracking-log.ts'

/** Get-MessageTrackingLog's filters; a record must meet all that are given. Letter case never counts. */
export interface TrackingFilter {
  /** Records of that time and later. */
  readonly start?: Milliseconds
  /** Records before that time. */
  readonly end?: Milliseconds
  readonly eventId?: string
  readonly source?: string
  readonly sender?: string
  /** One of these is among the recipients. */
  readonly recipients?: readonly string[]
  /** With or without its angle brackets. */
  readonly messageId?: string
  readonly internalMessageId?: string
  /** A GUID, with or without its hyphens. */
  readonly networkMessageId?: string
  /** A part of the subject. */
  readonly messageSubject?: string
  readonly reference?: string
}

/** Whether a record meets the filter, its times apart. */
export function matchesFilter(record: TrackingRecord, filter: TrackingFilter): boolean {
  const { recipients, messageSubject, messageId, reference } = filter
  if (!same(filter.eventId, record.eventId) || !same(filter.source, record.source)) return false
  if (!same(filter.sender, record.sender)) return false
  if (messageId !== undefined && !same(bare(messageId), bare(record.messageId))) return false
  if (!same(filter.internalMessageId, record.internalMessageId)) return false
  if (!same(guid(filter.networkMessageId), record.networkMessageId)) return false
  if (reference !== undefined && !same(bare(reference), bare(record.reference))) return false
  if (
    messageSubject !== undefined &&
    !folded(record.messageSubject).includes(folded(messageSubject))
  )
    return false
  return recipients === undefined || meets(record.recipients, recipients)
}

/**
 * Finds lines that a record meeting the filter could be: a search over the octets as Latin-1 text, so
 * that most of a log is neither split into lines nor parsed. Undefined when the filter has no text for
 * it. Of all that is wanted the rarest text is taken.
 */
export function linePattern(filter: TrackingFilter): RegExp | undefined {
  const { messageId, networkMessageId, internalMessageId, recipients, reference } = filter
  const candidates: readonly (readonly string[])[] = [
    texts(guid(networkMessageId)),
    texts(messageId === undefined ? undefined : bare(messageId)),
    internalMessageId === undefined ? [] : [`,${internalMessageId},`],
    texts(reference === undefined ? undefined : bare(reference)),
    recipients?.map(longestPlainRun) ?? [],
    texts(filter.messageSubject),
    texts(filter.sender),
    filter.eventId === undefined ? [] : [`,${filter.eventId},`],
    filter.source === undefined ? [] : [`,${filter.source},`],
  ]
  const usable = (words: readonly string[]) =>
    words.length > 0 && words.every(({ length }) => length >= shortestText)
  const chosen = candidates.find(usable)
  return chosen && new RegExp(chosen.map((word) => escaped(word)).join('|'), 'gi')
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** Shorter ones stand in nearly every line. */
const shortestText = 3

function texts(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [longestPlainRun(value)]
}

/** The longest part that stands in a file octet by octet as it was given: ASCII without quotes. */
function longestPlainRun(value: string): string {
  const runs = value.match(/[ !#-~]+/g) ?? []
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '')
}

function same(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || wanted === found || folded(wanted) === folded(found)
}

function meets(found: readonly string[], wanted: readonly string[]): boolean {
  return found.some((address) => wanted.some((one) => same(one, address)))
}

function folded(text: string): string {
  return text.toLowerCase()
}

function bare(messageId: string): string {
  return messageId.replace(/^<(.*)>$/, '$1')
}

/** With hyphens, as it stands in the log. */
function guid(id: string | undefined): string | undefined {
  return id?.replace(/^(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})$/, '$1-$2-$3-$4-$5')
}
