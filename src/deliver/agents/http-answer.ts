import { type Milliseconds, day, second } from '../../base/time-span.ts'
import { plainText } from '../../message/header-text.ts'

/** What an endpoint answered. */
export interface HttpAnswer {
  readonly status: number
  readonly statusText: string
  /** The field of this name. */
  readonly retryAfter?: string
  /** The beginning of the body. */
  readonly text: string
}

/** What an answer means for the message, or for the endpoint. */
export type HttpVerdict =
  | { readonly kind: 'delivered' | 'failed' | 'retry'; readonly reply: string }
  /** The endpoint takes nothing now. */
  | { readonly kind: 'trouble'; readonly error: string; readonly retryIn?: Milliseconds }

/*
 * | answer                             | what it means                                                    |
 * | 2xx                                | delivered                                                        |
 * | 429, 502, 503, 504, or Retry-After | the endpoint takes nothing now: its queue waits, as long as told |
 * | 408, 425, other 5xx                | this message waits, others go on                                 |
 * | 3xx                                | the endpoint is not where the connector says: its queue waits    |
 * | other 4xx                          | the message fails                                                |
 */
const busy: ReadonlySet<number> = new Set([429, 502, 503, 504])
const passing: ReadonlySet<number> = new Set([408, 425])

/** RFC 3463's codes for answers that fail a message; 5.0.0 for all others. */
const codes: Readonly<Record<number, string>> = {
  401: '550 5.7.1',
  403: '550 5.7.1',
  413: '552 5.3.4',
}

/** Judges an answer; `now` is the time of day, for a Retry-After that names a date. */
export function judgeAnswer(answer: HttpAnswer, now: Milliseconds): HttpVerdict {
  const { status } = answer
  const said = saidBy(answer)
  if (status >= 200 && status < 300) return { kind: 'delivered', reply: `250 2.0.0 ${said}` }
  const isTemporary = busy.has(status) || passing.has(status) || status >= 500
  const retryIn = isTemporary ? waitAsked(answer.retryAfter, now) : undefined
  if (busy.has(status) || retryIn !== undefined)
    return {
      kind: 'trouble',
      error: `451 4.4.0 ${said}`,
      ...(retryIn !== undefined && { retryIn }),
    }
  if (isTemporary) return { kind: 'retry', reply: `451 4.3.0 ${said}` }
  if (status >= 400) return { kind: 'failed', reply: `${codes[status] ?? '554 5.0.0'} ${said}` }
  return { kind: 'trouble', error: `451 4.3.5 ${said}; redirections are not followed` }
}

/** `HTTP 422 Unprocessable Entity: no such customer`. */
function saidBy({ status, statusText, text }: HttpAnswer): string {
  const head = plainText(`HTTP ${status} ${statusText}`, 100)
  const said = plainText(text, 300)
  return said === '' || status < 300 ? head : `${head}: ${said}`
}

/** How long RFC 9110 10.2.3 asks to wait, within a second and a day; undefined for what says nothing. */
function waitAsked(retryAfter = '', now: Milliseconds): Milliseconds | undefined {
  const given = retryAfter.trim()
  if (given === '') return undefined
  const wait = /^\d+$/.test(given) ? Number(given) * second : Date.parse(given) - now
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, second), day)
}
