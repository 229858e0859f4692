import type { Awaitable } from '../../base/awaitable.ts'
import type { Bytes } from '../../base/byte-size.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { OpenTunnel } from '../../proxy/outbound-tunnel.ts'
import type { Reply } from '../../smtp/reply.ts'
import type { Arrival } from './arrival.ts'
import type { Conversation } from './conversation.ts'
import type { CertificateUse } from './session-transport.ts'

/** What should happen after a command; the session does it. */
export type Outcome =
  | {
      readonly kind: 'reply'
      readonly reply: Reply
      readonly delay?: Milliseconds
      /** A message came to its end, or next to nothing was added to one; the reply does not tell. */
      readonly effect?: 'message' | 'crumb'
    }
  /** Says `replies` and ends the connection. */
  | {
      readonly kind: 'close'
      readonly replies: readonly Reply[]
      /** The client asked for it, and so will say no more. */
      readonly goodbye?: true
      readonly delay?: Milliseconds
    }
  /** The next line is no command but the answer to `reply`; both stay out of the log. */
  | { readonly kind: 'challenge'; readonly reply: Reply; readonly answered: AnswerHandler }
  /** The end of AUTH; like `reply`, with the text masked in the log. */
  | { readonly kind: 'authenticated'; readonly reply: Reply }
  | { readonly kind: 'start-tls'; readonly reply: Reply; readonly certificate: CertificateUse }
  /** 354, then content to the final dot. */
  | { readonly kind: 'read-content'; readonly reply: Reply; readonly arrival: Arrival }
  /** So many octets of BDAT, then what `finished` says. Without an arrival they are dropped. */
  | {
      readonly kind: 'read-chunk'
      readonly octets: Bytes
      readonly arrival?: Arrival
      readonly finished: () => Awaitable<Outcome>
    }
  /** The connection goes on as a tunnel to a next hop; the session is over. */
  | { readonly kind: 'tunnel'; readonly tunnel: OpenTunnel }

export type AnswerHandler = (line: Buffer) => Awaitable<Outcome>

/** Just says `answer`. */
export function say(answer: Reply): Outcome {
  return { kind: 'reply', reply: answer }
}

/** Says `answer` and ends the connection. */
export function sayAndClose(...replies: readonly Reply[]): Outcome {
  return { kind: 'close', replies }
}

/** Refuses; a stranger waits for it, so that guessing addresses or passwords takes its time. */
export function refusal({ tarpitted, connector }: Conversation, answer: Reply): Outcome {
  const slow = tarpitted && answer.code >= 500
  return { kind: 'reply', reply: answer, ...(slow && { delay: connector.TarpitInterval }) }
}
