import type { PreparedMessage } from './queue-store.ts'
import type { RecipientResult } from './delivery-agent.ts'
import type { StoredMessage, CopyRecipient } from './stored-message.ts'

/**
 * Writes delivery status notifications for messages in the queue; implemented by dsn/. Each answers
 * undefined when no notification is due: null sender, NOTIFY says no, or settings switch it off.
 */
export interface Notifier {
  /** For recipients that failed for good. */
  failed(
    message: StoredMessage,
    results: readonly RecipientResult[],
  ): Promise<PreparedMessage | undefined>
  /** For recipients that still wait after DelayNotificationTimeout. */
  delayed(
    message: StoredMessage,
    recipients: readonly CopyRecipient[],
  ): Promise<PreparedMessage | undefined>
  /** For delivered recipients with NOTIFY=SUCCESS whose next hop does not speak DSN (RFC 3461 5.2.2). */
  relayed(
    message: StoredMessage,
    results: readonly RecipientResult[],
  ): Promise<PreparedMessage | undefined>
}
