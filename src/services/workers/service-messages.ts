/** One listening address, for the table at start. */
export interface ListenerRow {
  readonly address: string
  readonly port: number
  readonly tls: 'STARTTLS' | 'implicit' | 'none' | 'no certificate'
  /** Connectors that share it, narrowest remote range first. */
  readonly connectors: readonly string[]
}

/** A count as it is now. */
export type CountChange = readonly [key: string, value: number]

/** One place of `key`, of which the supervisor has so many to give. */
export type PlaceWish = readonly [key: string, supply: number]

/** What a worker tells its supervisor, over the channel of the child process. */
export type ServiceMessage =
  | { readonly kind: 'ready'; readonly listeners: readonly ListenerRow[] }
  /** It cannot start, and starting it again cannot help; `reason` is for the person at the terminal. */
  | { readonly kind: 'cannot-start'; readonly reason: string }
  /** Its queue is empty and its file deleted: it ends for good. */
  | { readonly kind: 'drained' }
  | SharingMessage

/** What a worker tells of what it shares with the others of its service. */
export type SharingMessage =
  /** `urgent`: near a limit, so the others should know at once. */
  | {
      readonly kind: 'counts'
      readonly changes: readonly CountChange[]
      readonly urgent: boolean
    }
  | {
      readonly kind: 'want-places'
      readonly id: number
      readonly wishes: readonly PlaceWish[]
    }
  | { readonly kind: 'give-back'; readonly keys: readonly string[] }

/** What the supervisor tells a worker of several. */
export type BoardMessage =
  /** What the others count; the first comes at once, with all there is. */
  | { readonly kind: 'counts'; readonly changes: readonly CountChange[] }
  /** The request with this id has its places. */
  | { readonly kind: 'places'; readonly id: number }

const serviceKinds: readonly ServiceMessage['kind'][] = [
  ...(['ready', 'cannot-start', 'drained'] as const),
  ...(['counts', 'want-places', 'give-back'] as const),
]

/** Reads a message of a child process; undefined for anything that is none. */
export function asServiceMessage(message: unknown): ServiceMessage | undefined {
  return hasKind(message, serviceKinds) ? (message as ServiceMessage) : undefined
}

/** Reads a message of the supervisor; undefined for anything that is none. */
export function asBoardMessage(message: unknown): BoardMessage | undefined {
  return hasKind(message, ['counts', 'places']) ? (message as BoardMessage) : undefined
}

function hasKind(message: unknown, kinds: readonly string[]): boolean {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false
  return typeof message.kind === 'string' && kinds.includes(message.kind)
}
