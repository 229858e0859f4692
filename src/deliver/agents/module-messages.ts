import { z } from 'zod'
import type { OutgoingMessage } from './module-contract.ts'

/** What the thread of a module is started with. */
export interface ModuleStart {
  readonly module: string
  readonly connector: string
  readonly settings: Readonly<Record<string, string>>
}

/** What the service says to the thread; `of` numbers the messages. */
export type ToModule =
  | {
      readonly kind: 'deliver'
      readonly of: number
      readonly message: Omit<OutgoingMessage, 'content'>
    }
  /** The next piece of the content, as it was asked for; without one there is no more. */
  | { readonly kind: 'piece'; readonly of: number; readonly piece?: Uint8Array }

/** What the thread says to the service; `outcomes` as the module gave them, not yet looked at. */
export type FromModule =
  | { readonly kind: 'want piece'; readonly of: number }
  | { readonly kind: 'done'; readonly of: number; readonly outcomes?: unknown }
  | { readonly kind: 'failed'; readonly of: number; readonly reason: string }

const fromModule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('want piece'), of: z.number() }),
  z.object({ kind: z.literal('done'), of: z.number(), outcomes: z.unknown() }),
  z.object({ kind: z.literal('failed'), of: z.number(), reason: z.string() }),
])

/** Whether our part of the thread said it: a module may post to the service whatever it likes. */
export function isFromModule(said: unknown): said is FromModule {
  return fromModule.safeParse(said).success
}
