import { HeaderBlock } from '../message/header-block.ts'
import { type NextHopPrincipal, outboundHeaders } from '../pipeline/header-firewall.ts'
import type { QueueStore } from '../queue/queue-store.ts'

/** Where content is read from. */
export type ContentSource = Pick<QueueStore, 'readHeader' | 'readBody'>

/**
 * A message's content as it may leave for `nextHop`, in pieces; each is good until the next is asked for. Rejects
 * with a StoreError when it cannot be read.
 */
export async function* leavingContent(
  store: ContentSource,
  messageId: number,
  nextHop: NextHopPrincipal = 'Anonymous',
): AsyncGenerator<Buffer> {
  const header = new HeaderBlock(await store.readHeader(messageId))
  const { bytes } = outboundHeaders(header, nextHop)
  if (bytes.length > 0) yield bytes
  for (let index = 0; ; index++) {
    const piece = await store.readBody(messageId, index)
    if (piece === undefined) return
    if (piece.length > 0) yield piece
  }
}
