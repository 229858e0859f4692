import type { RoutingEvent } from '../agents/agent-events.ts'
import type { Awaitable } from '../base/awaitable.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { RecipientResult } from '../queue/delivery-agent.ts'
import type { ChangedMessage } from '../queue/recategorized.ts'
import type { Copy, CopyRecipient, NewCopy } from '../queue/stored-message.ts'

/** A message as it comes to an event of the categorizer. */
export interface StagedMail {
  /** As it stands in the Submission queue. */
  readonly copy: Copy
  /** As they are now. */
  readonly recipients: readonly CopyRecipient[]
  /** Where they go, as far as that is known: from OnRoutedMessage on. */
  readonly copies: readonly NewCopy[]
  /** The message as agents changed it, which takes the place of the stored one. */
  readonly changed?: ChangedMessage
}

/** What became of a message at an event. */
export type StageAnswer =
  | {
      readonly kind: 'passed'
      /** The list that was given when nobody changed it. */
      readonly recipients: readonly CopyRecipient[]
      /** As it is now; whoever makes another of one that was given aborts that. */
      readonly changed?: ChangedMessage
      /** Recipients that agents refused, which are no more among the others. */
      readonly failed?: readonly RecipientResult[]
      /** Why the message is held: all of its copies wait suspended for an administrator. */
      readonly held?: string
    }
  /** It waits in Submission, and comes to all events anew. */
  | { readonly kind: 'deferred'; readonly reason: string; readonly until?: Milliseconds }
  /** It is deleted, and nobody is told. */
  | { readonly kind: 'discarded'; readonly reason: string }

/** Who is asked between the stages of the categorizer. */
export interface RoutingEvents {
  /** Whether anybody is asked at any event. Then mail is categorized out of the Submission queue, never in a session. */
  readonly isActive: boolean
  /** Asks at one event. Never rejects: what goes wrong puts the message off. */
  ask(event: RoutingEvent, mail: StagedMail): Awaitable<StageAnswer>
}
