import type { OutgoingMessage } from './module-contract.ts'

/** What the thread of a module is started with. */
export interface ModuleStart {
  readonly module: string
  readonly connector: string
  readonly settings: Readonly<Record<string, string>>
}

/** What the service says to the thread. */
export type ToModule =
  | { readonly kind: 'deliver'; readonly message: Omit<OutgoingMessage, 'content'> }
  /** The next piece of the content, as it was asked for; without one there is no more. */
  | { readonly kind: 'piece'; readonly piece?: Uint8Array }

/** What the thread says to the service; `outcomes` as the module gave them, not yet looked at. */
export type FromModule =
  | { readonly kind: 'want piece' }
  | { readonly kind: 'done'; readonly outcomes: unknown }
  | { readonly kind: 'failed'; readonly reason: string }
