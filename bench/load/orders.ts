import type { Place } from '../mail-server.ts'

/** To the generator: send these messages. */
export interface SendOrder {
  readonly to: Place
  /** Stands in each message, so that the sink knows late ones of another order. */
  readonly round: number
  readonly messages: number
  readonly sessions: number
  /** Octets of body. */
  readonly bytes: number
  /** Whether a session goes on to the next message, or there is a connection for each. */
  readonly kept: boolean
  /** STARTTLS, with the last TLS session resumed where there is a new connection. */
  readonly tls: boolean
  /** AUTH PLAIN. */
  readonly user?: { readonly name: string; readonly password: string }
  /** Recipient lists; message n goes to the (n modulo their number)th. */
  readonly recipients: readonly (readonly string[])[]
  /** Messages a second whatever the server does, at random moments; as fast as it takes them if absent. */
  readonly rate?: number
}

/** From the generator, at the end. */
export type SendReport =
  | {
      readonly kind: 'sent'
      /** Milliseconds from each message's final dot to its 250. */
      readonly answered: readonly number[]
      /** With a rate: how much too late the latest message started, in milliseconds. */
      readonly lag: number
    }
  | { readonly kind: 'failed'; readonly reason: string }

/** To the sink. */
export type SinkOrder =
  | {
      readonly kind: 'listen'
      readonly places: readonly Place[]
      /** Offers STARTTLS with this certificate and key, PEM. */
      readonly certificate?: { readonly cert: string; readonly key: string }
    }
  | {
      readonly kind: 'expect'
      readonly round: number
      readonly messages: number
      /** Recipients of each message. */
      readonly recipients: number
      /** Recipients of all messages together that are to be reached. */
      readonly arrivals: number
      /** Whether the report is to say how long each message took. */
      readonly latencies: boolean
    }

/** From the sink. */
export type SinkReport =
  | { readonly kind: 'listens' }
  | { readonly kind: 'progress'; readonly arrived: number }
  | {
      /** Every recipient expected has been reached. */
      readonly kind: 'complete'
      /** Milliseconds from each message's final dot at the generator to its final dot here, if asked. */
      readonly travelled: readonly number[]
    }
  | { readonly kind: 'failed'; readonly reason: string }
