import type { Awaitable } from '../base/awaitable.ts'
import type { AnswerHandler, Outcome } from './outcome.ts'

/** What a session's next input is for. */
export type Expectation =
  | { readonly kind: 'command' }
  | { readonly kind: 'answer'; readonly answered: AnswerHandler }
  | (Outcome & { readonly kind: 'read-content' | 'read-chunk' })

export const commandExpected: Expectation = { kind: 'command' }

/** Passes octets of content to where they belong; those that nobody wants are dropped. */
export function passContent(expected: Expectation, chunk: Buffer): Awaitable<undefined> {
  const written = writeContent(expected, chunk)
  return written instanceof Promise ? written.then(() => undefined) : undefined
}

function writeContent(expected: Expectation, chunk: Buffer): Awaitable<void> {
  switch (expected.kind) {
    case 'read-content':
      return expected.intake.write(chunk)
    case 'read-chunk':
      return expected.intake?.writeOctets(chunk)
    case 'command':
    case 'answer':
      return undefined
  }
}
