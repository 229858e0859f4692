import type { Clock } from '../base/clock.ts'
import { plainAddress } from '../base/ip-range.ts'
import type { Live } from '../base/live.ts'
import type { MessageDraft } from '../agents/message-draft.ts'
import type { Recipient } from '../message/envelope.ts'
import { statedPriority } from '../message/message-priority.ts'
import type { SessionFacts } from '../message/message-sink.ts'
import { type PrioritySettings, grantedPriority, inOrder } from '../queue/priority-queuing.ts'
import { submissionQueue } from '../queue/queue-key.ts'
import type { PendingMessage } from '../queue/queue-store.ts'
import type { ResolutionStep } from '../queue/recategorized.ts'
import { suspended } from '../queue/stored-message.ts'
import type { Copy, CopyRecipient, NewCopy, NewMessage } from '../queue/stored-message.ts'
import type { Categorized, Categorizer } from './categorizer.ts'
import { isOriginating } from './size-limit.ts'
import type { AcceptedHeader } from './submission-header.ts'

/** Who takes over messages that were accepted. */
export interface EnqueueServices {
  readonly categorizer: Categorizer
  readonly clock: Clock
  /** Absent: all mail is alike. */
  readonly priorities?: Live<PrioritySettings>
  /** Told of each accepted message, and of what the directory made of its recipients, before its copies are handed on. */
  readonly onReceived?: (
    session: SessionFacts,
    copies: readonly Copy[],
    resolved?: ResolvedAtOnce,
  ) => void
  /** Takes over the leased copies of an accepted message, those in the Submission queue included. */
  readonly enqueue: (copies: readonly Copy[]) => void
  /** Something of ours went wrong; for the program's log. */
  readonly onFault: (what: string, error: unknown) => void
}

/** What the directory made of the recipients of an accepted message. */
export interface ResolvedAtOnce {
  /** As the client named them, or agents in its place. */
  readonly recipients: readonly Recipient[]
  readonly steps: readonly ResolutionStep[]
}

/** A message that is whole and accepted. */
export interface WholeMessage {
  readonly session: SessionFacts
  readonly pending: PendingMessage
  readonly message: NewMessage
  readonly draft: MessageDraft
}

/** What the queue keeps of the message beside its content. */
export function newMessage(
  session: SessionFacts,
  { messageId, networkMessageId, subject, receivedAt }: AcceptedHeader,
  { draft, size }: { readonly draft: MessageDraft; readonly size: number },
): NewMessage {
  const { envelope, properties } = draft
  const { helloName } = session.proxiedFor ?? session
  const connector = session.connector.slice(session.connector.lastIndexOf('\\') + 1)
  return {
    envelope,
    messageId,
    subject,
    size,
    receivedAt,
    source: session.file?.source ?? `SMTP:${connector}`,
    sourceAddress: plainAddress((session.proxiedFor?.client ?? session.remote).address),
    ...(helloName !== '' && { sourceName: helloName }),
    networkMessageId,
    ...(isOriginating(session) && { originating: true }),
    ...(properties !== undefined && { properties }),
  }
}

/** Commits the message and hands its copies on. Rejects with a StoreError, and then nothing lasts. */
export async function enqueueMessage(
  services: EnqueueServices,
  whole: WholeMessage,
): Promise<void> {
  const { session, pending, draft } = whole
  const { recipients, held } = draft
  const message = ranked(services, whole)
  const { copies, steps = [] } = beginning(services, recipients, message)
  const kept = held === undefined ? copies : copies.map((copy) => heldBack(copy, held))
  const leased = await pending.commit(message, draft.header.bytes, placed(services, kept, message))
  try {
    // The message is ours now, whatever happens here: the scheduler finds its copies in the store.
    services.onReceived?.(session, leased, steps.length === 0 ? undefined : { recipients, steps })
    services.enqueue(leased)
  } catch (error) {
    services.onFault('A stored message could not be handed on; it waits in the store', error)
  }
}

/** With the class of priority that its header names. What a stranger writes of it does not count. */
function ranked({ priorities }: EnqueueServices, whole: WholeMessage): NewMessage {
  const { session, message, draft } = whole
  const settings = priorities?.current
  if (settings?.PriorityQueuingEnabled !== true || !isOriginating(session)) return message
  const wanted = message.properties?.priority ?? statedPriority(draft.header)
  const priority = grantedPriority(wanted, message.size, settings)
  if (priority === undefined) return message
  return { ...message, properties: { ...message.properties, priority } }
}

/** The copies with their place in the order of priorities. */
function placed(
  { priorities, clock }: EnqueueServices,
  copies: readonly NewCopy[],
  message: NewMessage,
): readonly NewCopy[] {
  if (priorities === undefined) return copies
  return inOrder(copies, message, { settings: priorities.current, now: clock.now() })
}

/** A copy that waits until an administrator resumes it. */
function heldBack(copy: NewCopy, reason: string): NewCopy {
  const recipients = copy.recipients.map((recipient) => ({ ...recipient, lastError: reason }))
  return { ...copy, recipients, dueAt: suspended }
}

/**
 * One copy per next hop. Recipients that cannot be routed at all go to the Submission queue, whose
 * work it is to fail them together with their notification, so that a crash in between loses neither. So do
 * those of whom nothing can be decided at once: no session is held up by it.
 */
function beginning(
  { categorizer, onFault }: EnqueueServices,
  recipients: readonly CopyRecipient[],
  { size, properties }: NewMessage,
): Pick<Categorized, 'copies' | 'steps'> {
  try {
    const categorized = categorizer.start({ recipients, size, routes: properties?.routes })
    const { copies, failed, deferred } = categorized
    if (failed.length === 0 && deferred === undefined) return categorized
    const left = [...failed.map(({ recipient }) => recipient), ...(deferred?.recipients ?? [])]
    return { ...categorized, copies: [...copies, { queue: submissionQueue, recipients: left }] }
  } catch (error) {
    onFault('A message could not be categorized; it waits in Submission', error)
    return { copies: [{ queue: submissionQueue, recipients }] }
  }
}
