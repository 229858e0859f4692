import { HeaderBlock } from '../message/header-block.ts'
import { outboundHeaders } from '../pipeline/header-firewall.ts'
import type { StoredContent } from '../queue/queue-store.ts'

/**
 * A message's content as it may leave the organisation, in pieces; each is good until the next is asked for. Rejects
 * with a StoreError when it cannot be read.
 */
export async function* leavingContent(
  store: StoredContent,
  messageId: number,
): AsyncGenerator<Buffer> {
  const header = new HeaderBlock(await store.readHeader(messageId))
  yield outboundHeaders(header, 'Anonymous').bytes
  for (let index = 0, spare: Buffer | undefined; ; index++) {
    const piece = await store.readBody(messageId, index, spare)
    if (piece === undefined) return
    yield piece
    spare = piece
  }
}
