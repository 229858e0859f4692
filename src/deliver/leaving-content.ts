import type { Bytes } from '../base/byte-size.ts'
import { HeaderBlock } from '../message/header-block.ts'
import { outboundHeaders } from '../pipeline/header-firewall.ts'
import type { StoredContent } from '../queue/queue-store.ts'
import type { StoredMessage } from '../queue/stored-message.ts'

/** A message's content as it may leave the organisation. */
export interface LeavingContent {
  readonly size: Bytes
  /** Each is good until the next is asked for. Rejects with a StoreError when content cannot be read. */
  readonly pieces: AsyncIterable<Buffer>
}

/** Rejects with a StoreError when the header cannot be read. */
export async function leavingContent(
  store: StoredContent,
  { id, size }: Pick<StoredMessage, 'id' | 'size'>,
): Promise<LeavingContent> {
  const stored = await store.readHeader(id)
  const { bytes: header } = outboundHeaders(new HeaderBlock(stored), 'Anonymous')
  return { size: size - stored.length + header.length, pieces: piecesOf(store, id, header) }
}

async function* piecesOf(
  store: StoredContent,
  messageId: number,
  header: Buffer,
): AsyncGenerator<Buffer> {
  yield header
  for (let index = 0, spare: Buffer | undefined; ; index++) {
    const piece = await store.readBody(messageId, index, spare)
    if (piece === undefined) return
    yield piece
    spare = piece
  }
}
