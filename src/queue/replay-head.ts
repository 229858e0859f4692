import { exchangeCreator, replayHeader } from '../message/replay-file.ts'
import type { Copy, CopyRecipient } from './stored-message.ts'

/**
 * What a file in Exchange's Replay form has above a message of ours: its envelope, with these recipients, and where it
 * came from.
 */
export function replayHead(
  { envelope, source, sourceAddress, sourceName }: Copy['message'],
  recipients: readonly CopyRecipient[],
): Buffer {
  return replayHeader({
    envelope,
    recipients,
    createdBy: exchangeCreator,
    source,
    sourceAddress,
    ...(sourceName !== undefined && { heloDomain: sourceName }),
  })
}
