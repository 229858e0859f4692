import { plainAddress } from '../base/ip-range.ts'
import { logTime } from '../logs/log-time.ts'
import { sessionTime } from '../logs/session-ids.ts'
import type { TrackedMessage, TrackingEntry, TrackingSource } from '../logs/tracking-log.ts'
import type { MessageFile, SessionFacts } from '../message/message-sink.ts'
import type { RecipientResult } from '../queue/delivery-agent.ts'
import type { NoticeKind, NoticeOfResults, QueueEvent } from '../queue/queue-events.ts'
import { deliveryKinds } from '../queue/delivery-kinds.ts'
import {
  type QueueKey,
  isPoisonQueue,
  isRedirectionQueue,
  isSubmissionQueue,
} from '../queue/queue-key.ts'
import type { ResolutionStep } from '../queue/recategorized.ts'
import type { Copy, CopyRecipient, StoredMessage } from '../queue/stored-message.ts'
import type { StoppedMessage } from '../pipeline/submitted-message.ts'
import type { ResolvedAtOnce } from '../pipeline/enqueue-message.ts'
import { lastWordOf, removedReply } from '../queue/scheduler/verdict.ts'
import { replyText } from '../smtp/reply.ts'

type EventOf<Kind extends QueueEvent['kind']> = Extract<QueueEvent, { readonly kind: Kind }>
/** Recipients that a copy is rid of. */
type Settled = Extract<QueueEvent, { readonly kind: 'delivered' | 'failed' | 'expired' }>

/** A message as it was accepted. */
export interface Received {
  readonly session: SessionFacts
  readonly copies: readonly Copy[]
  /** Where the directory gave other addresses for some of the recipients: whom the client named. */
  readonly resolved?: ResolvedAtOnce
}

/** RECEIVE for a message that was accepted, and TRANSFER for each copy that was split off. */
export function receivedEntries(
  { session, copies, resolved }: Received,
  server: string,
): readonly TrackingEntry[] {
  const [first, ...others] = copies
  if (first === undefined) return []
  const all = others.length === 0 ? first.recipients : copies.flatMap((copy) => copy.recipients)
  const received: TrackingEntry = {
    message: tracked(first.message),
    event: 'RECEIVE',
    recipients: addressesOf(resolved?.recipients ?? all),
    ...(session.file === undefined
      ? fromClient(session, server)
      : fromFile(session.file, session, server)),
    ...customDataOf(first.message, session),
  }
  const steps = resolved === undefined ? [] : resolvedEntries(first, resolved.steps, server)
  const entries = steps.length === 0 ? [received] : [received, ...steps]
  return others.length === 0 ? entries : [...entries, ...splitEntries(others, server)]
}

/** FAIL for a message that an agent had refused, DROP for one that it had deleted. */
export function stoppedEntry(stopped: StoppedMessage, server: string): TrackingEntry {
  const { session, message, pending, draft, agent, reason, isSilent } = stopped
  const recipients = addressesOf(draft.recipients)
  const origin = fromClient(session, server)
  return {
    message: tracked({ ...message, id: pending.id }),
    event: isSilent ? 'DROP' : 'FAIL',
    recipients,
    recipientStatuses: recipients.map(() => reason),
    ...origin,
    source: 'AGENT',
    sourceContext: `${agent};${origin.sourceContext ?? ''}`,
  }
}

type Origin = Omit<TrackingEntry, 'message' | 'event' | 'recipients'>

function fromClient(session: SessionFacts, server: string): Origin {
  const { helloName, sessionId, connector, local, remote } = session
  const serverIp = plainAddress(local.address)
  return {
    source: 'SMTP',
    clientIp: plainAddress(remote.address),
    clientHostname: helloName,
    serverIp,
    serverHostname: server,
    // The last part is 0 in Exchange's files.
    sourceContext: `${sessionId};${sessionTime(sessionId)};0`,
    connectorId: connector,
    originalServerIp: serverIp,
  }
}

function fromFile(file: MessageFile, { remote, helloName }: SessionFacts, server: string): Origin {
  return {
    source: file.folder === 'Pickup' ? 'PICKUP' : 'REPLAY',
    clientIp: plainAddress(remote.address),
    clientHostname: helloName,
    serverHostname: server,
    sourceContext: file.name,
  }
}

/** What the message tracking log says of an event; nothing of some. `server` is our short name. */
export function queueEventEntries(event: QueueEvent, server: string): readonly TrackingEntry[] {
  switch (event.kind) {
    case 'delivered':
      return sentEntries(event, server)
    case 'failed':
    case 'expired':
      return failedEntries(event, server)
    case 'deferred':
      return [deferredEntry(event, server)]
    case 'moved':
      return movedEntries(event, server)
    case 'resolved':
      return resolvedEntries(event.copy, event.steps, server)
    case 'notified':
      return [notifiedEntry(event, server)]
    // The copy is tracked where it comes from, and a next hop's trouble is the queue's.
    case 'queued':
    case 'queueRetry':
      return []
  }
}

function sentEntries({ copy, results, notice }: Settled, server: string): readonly TrackingEntry[] {
  const message = tracked(copy.message)
  return bySession(results).map((group) => {
    const [{ session, reply }] = group
    return {
      message,
      source: sourceOf(copy.queue),
      event: 'SEND',
      connectorId: copy.queue.nextHopConnector,
      recipients: group.map(({ recipient }) => recipient.address),
      recipientStatuses: group.map((one) =>
        one.recipientReply === undefined ? one.reply : replyText(one.recipientReply),
      ),
      clientIp: plainAddress(session?.localAddress ?? ''),
      clientHostname: server,
      serverIp: plainAddress(session?.address ?? ''),
      serverHostname: session?.host ?? '',
      sourceContext: `${session?.id ?? ''};${reply}`,
      messageInfo: logTime(copy.message.receivedAt),
      ...(tellsOf(notice, group) && { reference: String(notice.id) }),
    }
  })
}

/** FAIL, and DROP where there is nobody to tell it to. */
function failedEntries(event: Settled, server: string): readonly TrackingEntry[] {
  const { copy, results, kind, notice } = event
  const message = tracked(copy.message)
  const failed = bySession(results).map((group): TrackingEntry => {
    const [{ session }] = group
    return {
      message,
      source: kind === 'expired' ? 'QUEUE' : failureSource(copy.queue, group[0]),
      event: 'FAIL',
      recipients: group.map(({ recipient }) => recipient.address),
      recipientStatuses: group.map(({ reply }) => reply),
      clientIp: plainAddress(session?.localAddress ?? ''),
      clientHostname: server,
      serverIp: plainAddress(session?.address ?? ''),
      serverHostname: session?.host ?? '',
      sourceContext: session?.id ?? (kind === 'expired' ? lastWords(group) : ''),
      connectorId: copy.queue.nextHopConnector,
      ...(tellsOf(notice, group) && { reference: notice.messageId }),
    }
  })
  if (copy.message.envelope.sender !== '') return failed
  const recipients = results.map(({ recipient }) => recipient.address)
  return [...failed, { message, source: 'DSN', event: 'DROP', recipients, clientHostname: server }]
}

/** What stood in the way until time ran out. */
function lastWords(results: readonly RecipientResult[]): string {
  const words = results.map(({ recipient }) => lastWordOf(recipient) ?? '')
  return [...new Set(words)].join('; ')
}

function tellsOf(notice: NoticeOfResults | undefined, group: Group): notice is NoticeOfResults {
  return notice !== undefined && group.some((result) => notice.results.includes(result))
}

/** Who failed it: a session, an administrator or the DNS (the texts say so), or else our routing. */
function failureSource(queue: QueueKey, { session, reply }: RecipientResult): TrackingSource {
  if (session !== undefined) return sourceOf(queue)
  if (reply === removedReply) return 'ADMIN'
  return reply.includes(' SMTPSEND.DNS.') ? 'DNS' : 'ROUTING'
}

/** Who tries what is in the queue. */
function sourceOf({ deliveryType }: QueueKey): TrackingSource {
  return deliveryKinds[deliveryType].trackingSource
}

function deferredEntry({ copy, results }: EventOf<'deferred'>, server: string): TrackingEntry {
  const { queue } = copy
  return {
    message: tracked(copy.message),
    source: sourceOf(queue),
    event: 'DEFER',
    recipients: results.map(({ recipient }) => recipient.address),
    recipientStatuses: results.map(({ reply }) => reply),
    clientHostname: server,
    connectorId: queue.nextHopConnector,
  }
}

/** So many members stand in one record of a group. */
const membersPerRecord = 1000

/** What became of addresses: the new ones, and in `related-recipient-address` the one before. */
function resolvedEntries(
  { message }: Copy,
  steps: readonly ResolutionStep[],
  server: string,
): readonly TrackingEntry[] {
  const entries: TrackingEntry[] = []
  for (const { event, from, to } of steps) {
    for (let at = 0; at < Math.max(1, to.length); at += membersPerRecord) {
      const recipients = to.slice(at, at + membersPerRecord)
      const relatedRecipient = from
      const about = { message: tracked(message), source: 'ROUTING', event } as const
      entries.push({ ...about, recipients, relatedRecipient, clientHostname: server })
    }
  }
  return entries
}

/**
 * Out of a queue with a next hop it is a resubmission, or an administrator's redirection; out of
 * Submission, categorizing itself.
 */
function movedEntries({ copy, to }: EventOf<'moved'>, server: string): readonly TrackingEntry[] {
  if (isPoisonQueue(copy.queue)) return to.map((freed) => poisonEntry(freed, server))
  // A changed message has an InternalMessageId of its own.
  if (to[0]?.message.id !== copy.message.id)
    return splitEntries(to, server).map((entry) => ({
      ...entry,
      reference: String(copy.message.id),
    }))
  if (isSubmissionQueue(copy.queue) && !to.some(isPoison)) return splitEntries(to.slice(1), server)
  return to.map((moved) =>
    isPoison(moved)
      ? poisonEntry(moved, server)
      : isRedirectionQueue(moved.queue)
        ? redirectedEntry(moved, server)
        : relocated(moved, { source: 'QUEUE', event: 'RESUBMIT', server }),
  )
}

const isPoison = ({ queue }: Copy) => isPoisonQueue(queue)

/** Into the Poison queue, or out of it. */
function poisonEntry(copy: Copy, server: string): TrackingEntry {
  return relocated(copy, { source: 'POISONMESSAGE', event: 'POISONMESSAGE', server })
}

function redirectedEntry(copy: Copy, server: string): TrackingEntry {
  const sourceContext = `Redirected to ${copy.queue.nextHopDomain}`
  return { ...relocated(copy, { source: 'ADMIN', event: 'REDIRECT', server }), sourceContext }
}

function splitEntries(copies: readonly Copy[], server: string): readonly TrackingEntry[] {
  return copies
    .filter(({ queue }) => !isSubmissionQueue(queue))
    .map((copy) => relocated(copy, { source: 'ROUTING', event: 'TRANSFER', server }))
}

function relocated(
  { message, recipients, queue }: Copy,
  { source, event, server }: Pick<TrackingEntry, 'source' | 'event'> & { readonly server: string },
): TrackingEntry {
  return {
    message: tracked(message),
    source,
    event,
    recipients: addressesOf(recipients),
    clientHostname: server,
    connectorId: queue.nextHopConnector,
    reference: String(message.id),
  }
}

const noticeContexts: Readonly<Record<NoticeKind, string>> = {
  failed: 'Failure',
  delayed: 'Delay',
  relayed: 'Relay',
}

function notifiedEntry(
  { copy, about, copies }: EventOf<'notified'>,
  server: string,
): TrackingEntry {
  return {
    message: tracked(copies[0]?.message ?? copy.message),
    source: 'DSN',
    event: 'DSN',
    recipients: addressesOf(copies.flatMap(({ recipients }) => recipients)),
    clientHostname: server,
    sourceContext: noticeContexts[about],
    reference: copy.message.messageId,
  }
}

function tracked(message: StoredMessage): TrackedMessage {
  const { sender } = message.envelope
  const returnPath = sender === '' ? '<>' : sender
  return {
    internalMessageId: message.id,
    messageId: message.messageId,
    networkMessageId: message.networkMessageId ?? '',
    totalBytes: message.size,
    messageSubject: message.subject,
    sender: returnPath,
    returnPath,
    directionality: message.originating === true ? 'Originating' : 'Incoming',
    originalClientIp: message.sourceAddress,
  }
}

type Group = readonly [RecipientResult, ...RecipientResult[]]

/** Together what one session answered in the same words. */
function bySession(results: readonly RecipientResult[]): readonly Group[] {
  const [only] = results
  if (only !== undefined && results.length === 1) return [[only]]
  const groups: [RecipientResult, ...RecipientResult[]][] = []
  for (const result of results) {
    const { session, outcome, reply } = result
    const group = groups.find(
      ([first]) => first.session === session && (outcome !== 'delivered' || first.reply === reply),
    )
    if (group === undefined) groups.push([result])
    else group.push(result)
  }
  return groups
}

function addressesOf(recipients: readonly CopyRecipient[]): readonly string[] {
  return recipients.map(({ address }) => address)
}

/** `S:Name=value` pairs, of what there is to say. */
function customDataOf(
  { properties }: StoredMessage,
  { proxiedFor }: SessionFacts,
): Pick<TrackingEntry, 'customData'> {
  const pairs = [
    ...(proxiedFor === undefined ? [] : [proxiedData(proxiedFor)]),
    ...(properties?.priority === undefined ? [] : [`S:DeliveryPriority=${properties.priority}`]),
  ]
  return pairs.length === 0 ? {} : { customData: pairs.join(';') }
}

function proxiedData({ client, helloName }: NonNullable<SessionFacts['proxiedFor']>): string {
  return `S:ProxiedClientIPAddress=${plainAddress(client.address)};S:ProxiedClientHostname=${helloName}`
}
