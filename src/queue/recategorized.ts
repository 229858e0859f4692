import type { Awaitable } from '../base/awaitable.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { RecipientResult } from './delivery-agent.ts'
import type { PreparedMessage } from './queue-store.ts'
import type { Copy, CopyRecipient, NewCopy } from './stored-message.ts'

/** What became of one address, in the words of the message tracking log. */
export interface ResolutionStep {
  /** A group's members, somebody's target address, or somebody's primary address in place of another one. */
  readonly event: 'EXPAND' | 'REDIRECT' | 'RESOLVE'
  readonly from: string
  readonly to: readonly string[]
}

/** A message that takes another's place, written and not yet committed. */
export type ChangedMessage = Omit<PreparedMessage, 'copies'>

/** What the categorizer made of a message. Each recipient, or who it stands for, is in one part. */
export interface Recategorized {
  readonly copies: readonly NewCopy[]
  readonly failed: readonly RecipientResult[]
  /** Recipients of whom nothing can be decided for now, with the reason as `lastError`; they wait in Submission. */
  readonly deferred?: Deferred
  /** Deleted; nobody is told. */
  readonly dropped?: readonly RecipientResult[]
  /** The copies are of this message, not of the stored one. Whoever has the answer commits or aborts it. */
  readonly changed?: ChangedMessage
  /** What the directory made of the addresses. */
  readonly steps?: readonly ResolutionStep[]
}

/** Recipients that wait in Submission. */
export interface Deferred {
  readonly recipients: readonly CopyRecipient[]
  /** ResolverRetryInterval from now when it is absent. */
  readonly until?: Milliseconds
}

/** Categorizes a stored copy anew; undefined when that is not possible at present. */
export type Recategorizer = (copy: Copy) => Awaitable<Recategorized | undefined>
