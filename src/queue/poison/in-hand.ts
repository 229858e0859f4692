/** Where it is kept that a message is in hand; -1 where it is not. */
export type InHandSlot = number

/** Which stored messages are being worked on, kept where it outlives the process. */
export interface InHand {
  /** One message goes on alone: no other may be taken in hand. */
  readonly isQuiet: boolean
  /** Whether this is the one. */
  isTried(messageId: number): boolean
  /** Work on a message begins. */
  enter(messageId: number): InHandSlot
  /** It has ended, whatever came of it. */
  leave(slot: InHandSlot): void
}

/** How a message was in hand when the process died. */
export type Trial =
  /** Among others, as any. */
  | 'none'
  /** As the one suspect that was let go on, others beside it. */
  | 'beside others'
  /** And nothing else was begun beside it. */
  | 'alone'

/** A message in hand. */
export interface HeldMessage {
  readonly messageId: number
  readonly trial: Trial
}

/** Where it is kept what is in hand. */
export interface InHandLog {
  /** What was in hand when the last process died; nothing when it ended in order, or with the machine. */
  readonly died: readonly HeldMessage[]
  /** Messages in hand now. */
  readonly size: number
  enter(messageId: number, trial?: Trial): InHandSlot
  /** How the message is tried has changed. */
  tryAs(slot: InHandSlot, trial: Trial): void
  leave(slot: InHandSlot): void
}

/** Where it is kept how often the process died while a message was alone in hand. */
export interface DeathLog {
  /** The messages of which that is known. */
  readonly messageIds: readonly number[]
  of(messageId: number): number
  /** One more death. */
  add(messageId: number): void
  /** The message is gone, or begins anew. */
  forget(messageId: number): void
  /** Flushed to disk when it resolves. */
  save(): Promise<void>
}
