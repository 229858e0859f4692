import { z } from 'zod'
import type { OutgoingMessage } from './module-contract.ts'

/** What the process of a module is started with. */
export interface ModuleStart {
  readonly module: string
  readonly connector: string
  readonly settings: Readonly<Record<string, string>>
}

/** What the service says to the process; `of` numbers the messages. */
export type ToModule =
  /** `maxMemory`: octets beyond those of a process without a module. */
  | { readonly kind: 'start'; readonly start: ModuleStart; readonly maxMemory: number }
  | {
      readonly kind: 'deliver'
      readonly of: number
      readonly message: Omit<OutgoingMessage, 'content'>
    }
  /** The next piece of the content, as it was asked for; without one there is no more. */
  | { readonly kind: 'piece'; readonly of: number; readonly piece?: Uint8Array }

/** What the process says to the service; `outcomes` as the module gave them, not yet looked at. */
export type FromModule =
  | { readonly kind: 'want piece'; readonly of: number }
  | { readonly kind: 'done'; readonly of: number; readonly outcomes: unknown }
  | { readonly kind: 'failed'; readonly of: number; readonly reason: string }
  /** Something was thrown that belongs to no message; the process ends. */
  | { readonly kind: 'crashed'; readonly reason: string }

const shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('want piece'), of: z.number() }),
  z.object({ kind: z.literal('done'), of: z.number(), outcomes: z.unknown() }),
  z.object({ kind: z.literal('failed'), of: z.number(), reason: z.string() }),
  z.object({ kind: z.literal('crashed'), reason: z.string() }),
])

/** Whether it is word of the process, to whose channel the module itself may write whatever it likes. */
export function isFromModule(message: unknown): message is FromModule {
  return shape.safeParse(message).success
}
