import type { CopyTest } from '../../../queue/copy-test.ts'
import type { QueueKey } from '../../../queue/queue-key.ts'
import type { MessageView, QueueName, QueueView } from '../../../queue/scheduler/queue-views.ts'
import type { QueueTest } from '../../../queue/scheduler/queue-test.ts'
import type { CopyPlace } from '../../../queue/stored-message.ts'
import type { ThisServer } from '../configuration/this-server.ts'

/** Which messages are meant; without anything all of them. */
export interface MessageSelection {
  readonly queue?: QueueKey
  /** The message's own number. */
  readonly messageId?: number
  /** Messages that cannot fulfil these are left out, others not: the caller looks again. */
  readonly tests?: readonly CopyTest[]
  /** Of all queues: the youngest first. */
  readonly newestFirst?: boolean
}

/** Which queues are meant; without anything all of them. */
export interface QueueSelection {
  /** Queues that cannot fulfil these may be left out, others not: the caller looks again. */
  readonly tests?: readonly QueueTest[]
  /** No more than so many will be looked at. */
  readonly atMost?: number
}

export type QueueAction = 'suspend' | 'resume' | 'retry' | 'resubmit'

export type MessageAction = 'suspend' | 'resume' | 'remove' | 'removeWithNotice'

/** How a part of the server is told of that does not answer; the others' answers are taken. */
export type OnSilent = (reason: string) => void

/**
 * The queues of the running Transport service, as one, however many processes it has. Everything
 * rejects with an Error for the administrator when the service does not run, or says no.
 */
export interface QueueServer {
  /** What the running service calls itself. */
  server(): Promise<ThisServer>
  /** Submission, then queues with messages and those used lately, as they are asked for. */
  queues(selection: QueueSelection, onSilent: OnSilent): AsyncIterable<QueueView>
  /** What queues are called: those that became empty lately too. */
  names(): Promise<readonly QueueName[]>
  /**
   * The messages as they are found, the oldest first; those of one queue by when they are due. What of
   * them is of use may become less on the way: `narrow` is asked again and again for further tests.
   */
  messages(
    selection: MessageSelection,
    onSilent: OnSilent,
    narrow?: () => readonly CopyTest[],
  ): AsyncIterable<MessageView>
  /** False when the queue is in no state for it. */
  changeQueue(queue: QueueKey, action: QueueAction): Promise<boolean>
  /** The queue of messages that are redirected to a host; rejects when none could be delivered there. */
  redirectionTo(host: string): Promise<QueueKey>
  /** Begins to move what waits in the delivery queues into the queue that `redirectionTo` gave. */
  redirect(target: QueueKey): Promise<void>
  changeMessages(places: readonly CopyPlace[], action: MessageAction): Promise<void>
  /**
   * What a file for the Replay folder has above a message: its envelope, with the recipients of its copies at these
   * places; undefined when they are gone.
   */
  replayHead(places: readonly CopyPlace[]): Promise<Uint8Array | undefined>
  /** A piece of a message's content as it is stored; undefined behind its end. */
  messagePiece(messageId: number, index: number): Promise<Uint8Array | undefined>
}
