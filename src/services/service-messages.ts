import type { ServiceName } from './service-names.ts'

/** One listening address, for the table at start. */
export interface ListenerRow {
  readonly address: string
  readonly port: number
  readonly tls: 'STARTTLS' | 'implicit' | 'none'
  /** Connectors that share it, narrowest remote range first. */
  readonly connectors: readonly string[]
}

/** What a service tells its supervisor, over the channel of the child process. */
export type ServiceMessage =
  | {
      readonly kind: 'ready'
      readonly service: ServiceName
      readonly listeners: readonly ListenerRow[]
    }
  /** It cannot start, and starting it again cannot help; `reason` is for the person at the terminal. */
  | { readonly kind: 'cannot-start'; readonly service: ServiceName; readonly reason: string }

/** Reads a message of a child process; undefined for anything that is none. */
export function asServiceMessage(message: unknown): ServiceMessage | undefined {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return undefined
  const known = message.kind === 'ready' || message.kind === 'cannot-start'
  return known ? (message as ServiceMessage) : undefined
}
