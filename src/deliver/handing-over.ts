import type { ProgramLog } from '../base/program-log.ts'
import type { ConnectionResult, DeliveryLane, RecipientResult } from '../queue/delivery-agent.ts'
import type { StoreError } from '../queue/queue-store.ts'
import type { Copy } from '../queue/stored-message.ts'

/** What came of handing a copy over. */
export interface HandedOver {
  /** One for each recipient; none when the copy was not tried. */
  readonly results: readonly RecipientResult[]
  /** The next hop is of no use now: nothing more is handed over. */
  readonly end?: ConnectionResult
}

/** How copies leave by a way that has no session of its own. */
export interface HandingOver {
  /** Never rejects. */
  readonly handOver: (copy: Copy) => Promise<HandedOver>
  /** After so many copies others have their turn. */
  readonly most: number
}

/** Serves a lane copy by copy. Never rejects when `handOver` does not. */
export async function serveCopies(
  lane: DeliveryLane,
  signal: AbortSignal,
  { handOver, most }: HandingOver,
): Promise<ConnectionResult> {
  for (let count = 0; count < most && !signal.aborted; count++) {
    const next = lane.next()
    const copy = next instanceof Promise ? await next : next
    if (copy === undefined) break
    const { results, end } = await handOver(copy)
    if (results.length === 0) lane.putBack(copy)
    else {
      if (end === undefined) lane.reached()
      await lane.report(copy, results)
    }
    if (end !== undefined) return end
  }
  return { kind: 'served' }
}

/** What became of a copy whose content the store does not give for now. */
export function unreadable(copy: Copy, error: StoreError, log: ProgramLog): HandedOver {
  const { id } = copy.message
  log.error({ err: error, internalId: id }, 'The content of a message cannot be read')
  const reply = '451 4.3.0 The content of the message cannot be read for now'
  return { results: forAll(copy, { outcome: 'retry', reply }) }
}

/** The same outcome for every recipient of a copy. */
export function forAll(copy: Copy, result: Omit<RecipientResult, 'recipient'>): RecipientResult[] {
  return copy.recipients.map((recipient) => ({ recipient, ...result }))
}
