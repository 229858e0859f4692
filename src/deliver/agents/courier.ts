import type { Copy } from '../../queue/stored-message.ts'
import type { HandedOver } from '../handing-over.ts'

/** One connection of a delivery agent, over which copies go one by one. */
export interface Courier {
  /** Rejects with a StoreError alone, when the content cannot be read. */
  handOver(copy: Copy): Promise<HandedOver>
  /** The connection is needed no longer. Never rejects. */
  close(): Promise<void>
}
