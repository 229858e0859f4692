import { type Reply, isPositive } from '../../smtp/reply.ts'
import type { Outcome } from './outcome.ts'
import type { Verb } from './verb.ts'

/**
 * What a command that leads to no mail costs. Senders of good faith pipeline thousands of recipients
 * beyond a limit, or chunk by chunk behind a refusal, and a few of them write line by line.
 */
const cost = { command: 50, crumb: 5, oneOfMany: 1 } as const
/** So much between two messages is nobody's fault; what goes beyond counts as an error each time. */
const allowance = 5_000

/** Counts what a session does wrong or to no end, for MaxProtocolErrors. */
export class SessionErrors {
  #errors = 0
  #wasted = 0

  /** Counts the reply to `verb`; gives how many errors there are when it was one, else 0. */
  count(verb: Verb | undefined, { reply, effect }: Outcome & { readonly kind: 'reply' }): number {
    if (effect === 'message' && isPositive(reply)) this.#wasted = 0
    else if (isError(reply) || this.#goesBeyond(wasteOf(verb, reply, effect))) return ++this.#errors
    return 0
  }

  #goesBeyond(waste: number): boolean {
    this.#wasted += waste
    return waste > 0 && this.#wasted > allowance
  }
}

/** An error of protocol by itself. */
function isError({ code }: Reply): boolean {
  return (code >= 500 && code <= 504) || code === 555
}

function wasteOf(verb: Verb | undefined, reply: Reply, effect?: 'message' | 'crumb'): number {
  if (effect === 'crumb') return cost.crumb
  if (isPositive(reply) && verb?.idle !== true) return 0
  return verb?.repeats === true && effect === undefined ? cost.oneOfMany : cost.command
}
