import type { Milliseconds } from '../base/time-span.ts'
import type { RecipientResult } from './delivery-agent.ts'
import type { QueueKey } from './queue-key.ts'
import type { ResolutionStep } from './recategorized.ts'
import type { Copy } from './stored-message.ts'

/** Every way a copy moves, each with its reason; the message tracking log is made of these. */
export type QueueEvent =
  /** A fresh copy came into its queue. */
  | { readonly kind: 'queued'; readonly copy: Copy }
  | {
      readonly kind: 'delivered' | 'failed' | 'expired'
      readonly copy: Copy
      readonly results: readonly RecipientResult[]
      /** The notification that the sender gets of some of the results. */
      readonly notice?: NoticeOfResults
    }
  /** Recipients wait for another attempt. */
  | {
      readonly kind: 'deferred'
      readonly copy: Copy
      readonly results: readonly RecipientResult[]
      readonly until: Milliseconds
    }
  /** Categorized anew into other copies, or as an administrator asked into itself. */
  | { readonly kind: 'moved'; readonly copy: Copy; readonly to: readonly Copy[] }
  /** The directory gave other addresses for some of the recipients. */
  | { readonly kind: 'resolved'; readonly copy: Copy; readonly steps: readonly ResolutionStep[] }
  /** A delivery status notification was made and queued. */
  | {
      readonly kind: 'notified'
      readonly copy: Copy
      readonly about: NoticeKind
      readonly copies: readonly Copy[]
    }
  /** A queue's next hop could not be reached. */
  | {
      readonly kind: 'queueRetry'
      readonly queue: QueueKey
      readonly error: string
      readonly retryCount: number
      readonly nextRetryAt: Milliseconds
    }

/** A notification, and what it tells of. */
export interface NoticeOfResults {
  /** Its InternalMessageId. */
  readonly id: number
  readonly messageId: string
  readonly results: readonly RecipientResult[]
}

/** The sorts of notification that senders get. */
export type NoticeKind = 'failed' | 'delayed' | 'relayed'

/** Takes events; must neither throw nor wait. */
export type QueueEvents = (event: QueueEvent) => void

/** The part of the program log that the queue writes to. */
export interface QueueLog {
  warn(details: object, message: string): void
  error(details: object, message: string): void
}
