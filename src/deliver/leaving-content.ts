import type { NextHopPrincipal } from '../pipeline/header-firewall.ts'
import { outboundPieces } from '../pipeline/outbound-filter.ts'
import type { QueueStore } from '../queue/queue-store.ts'

/** Where content is read from. */
export type ContentSource = Pick<QueueStore, 'readPiece'>

/**
 * A message's content as it may leave for `nextHop`, in pieces; each is good until the next is asked for. Rejects
 * with a StoreError when it cannot be read.
 */
export async function* leavingContent(
  store: ContentSource,
  messageId: number,
  nextHop: NextHopPrincipal = 'Anonymous',
): AsyncGenerator<Buffer> {
  const pieces = outboundPieces((index) => store.readPiece(messageId, index), nextHop)
  for (let index = 0; ; index++) {
    const piece = await pieces(index)
    if (piece === undefined) return
    if (piece.length > 0) yield piece
  }
}
