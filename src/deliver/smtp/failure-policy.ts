import {
  isAboutCommand,
  isPositive,
  isTransient,
  type Reply,
  reply,
  replyText,
} from '../../smtp/reply.ts'
import type { ClientFailure } from './client-failure.ts'
import type { SendConnector } from './send-connector.ts'
import { type Target, targetEndpoint } from './target.ts'

/*
 * What a failure means, for all of delivery. Three levels, as in Exchange:
 *
 * | level     | what failed                                  | consequence                              |
 * | --------- | -------------------------------------------- | ---------------------------------------- |
 * | next hop  | the DNS says there is none, or it is us      | the whole queue fails                    |
 * | next hop  | the DNS does not answer                      | the queue retries                        |
 * | target    | connect, greeting, EHLO, TLS, AUTH (any      | the next target; after the last one the  |
 * |           | code: it may be us they dislike today), 421, | queue retries                            |
 * |           | a session that breaks before the content;    |                                          |
 * |           | a refusal of the clear text that we fell     |                                          |
 * |           | back to when TLS failed: 530, 538, "TLS"     |                                          |
 * | message   | the same by 5.7.x, which may be for the mail | the next target; then its recipients     |
 * |           |                                              | wait, and the others have their turn     |
 * | message   | MAIL, DATA, content: 5yz                     | its recipients fail                      |
 * | message   | the same: 4yz; a session that breaks during  | its recipients wait for another attempt  |
 * |           | or after the content; whatever is not known  |                                          |
 * | recipient | RCPT: 5yz fails, 4yz waits                   |                                          |
 * | recipient | "too many", 4yz or 5yz: at RCPT the next     | where that makes no headway it waits     |
 * |           | transaction, then a new session; at DATA or  | (RCPT) or is judged as any other (DATA,  |
 * |           | the content half as many at a time           | content)                                 |
 */

/** What the DNS said instead of an address. */
export type DnsTrouble =
  | { readonly kind: 'nonexistent' }
  | { readonly kind: 'no-address' }
  | { readonly kind: 'null' }
  | { readonly kind: 'loop' }
  /** Its addresses are such that nobody can have them; the reason names them. */
  | { readonly kind: 'undialable'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** No target; `impossible` is for good. */
export interface NextHopFailure {
  readonly kind: 'unreachable' | 'impossible'
  readonly error: string
}

const impossibleTexts: Readonly<
  Record<Exclude<DnsTrouble['kind'], 'undialable' | 'failed'>, Reply>
> = {
  nonexistent: reply('550 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain'),
  'no-address': reply('550 5.4.4 SMTPSEND.DNS.NoAddress; no mail exchanger with an address'),
  null: reply('550 5.1.10 SMTPSEND.DNS.NullMx; the domain does not accept mail'),
  loop: reply(
    '550 5.4.6 SMTPSEND.DNS.MxLoopback; DNS records for this domain are configured in a loop',
  ),
}

/** The consequence of a look-up; DowngradeDnsFailures turns what is for good into a retry. */
export function dnsVerdict(
  trouble: DnsTrouble,
  policies: SendConnector['ErrorPolicies'],
): NextHopFailure {
  const failed = (reason: string): NextHopFailure => ({
    kind: 'unreachable',
    error: `451 4.4.0 DNS query failed. The error was: ${reason}`,
  })
  if (trouble.kind === 'failed') return failed(trouble.reason)
  const verdict =
    trouble.kind === 'undialable'
      ? reply(`550 5.4.4 SMTPSEND.DNS.NoAddress; ${trouble.reason}`)
      : impossibleTexts[trouble.kind]
  if (policies.includes('DowngradeDnsFailures')) return failed(verdict.lines.join(' '))
  return { kind: 'impossible', error: replyText(verdict) }
}

/** Why one target was of no use. */
export type TargetTrouble =
  /** It answered, but not as it must. */
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'failure'; readonly failure: ClientFailure }
  /** Our own rules forbid to use it; the text is a whole reply. */
  | { readonly kind: 'policy'; readonly text: string }
  /** TLS failed, and in clear, which we fell back to, it was of no use either. */
  | { readonly kind: 'fallback'; readonly tlsFault: string; readonly inClear: TargetTrouble }

/** What a session in clear goes by that was to be encrypted. */
export interface ClearFallback {
  /** Why TLS did not come about, as a sentence without its end. */
  readonly tlsFault: string
  /** The peer does not take our mail in clear. */
  readonly refused: () => void
}

/** Whether the reply to STARTTLS says no more than that there is no TLS just now (RFC 3207 4). */
export function isTlsUnavailable(answer: Reply): boolean {
  return answer.code < 400 || answer.code === 454 || isAboutCommand(answer)
}

/**
 * What a reply says of clear text that TLS was wanted for. `demand`: it asks for encryption, by its code
 * (530, 538) or in words. `doubt`: any policy (5.7.x), of which this may be one. Undefined: nothing.
 */
export function clearTextRefusal({ code, enhanced, lines }: Reply): 'demand' | 'doubt' | undefined {
  if (code < 500) return undefined
  if (code === 530 || code === 538) return 'demand'
  if (enhanced !== undefined && !enhanced.startsWith('5.7.')) return undefined
  if (/\b(?:start)?tls\b|\bssl\b|\bencrypt/i.test(lines.join(' '))) return 'demand'
  return enhanced === undefined ? undefined : 'doubt'
}

/** Whether a target refused clear text for a reason that may be the mail's. */
export function isDoubtful(trouble: TargetTrouble): boolean {
  if (trouble.kind !== 'fallback' || trouble.inClear.kind !== 'reply') return false
  return clearTextRefusal(trouble.inClear.reply) === 'doubt'
}

/** A session that broke: for what the peer refused before, where it did. */
export function sessionTrouble(failure: ClientFailure): TargetTrouble {
  const { refusal } = failure
  return refusal === undefined ? { kind: 'failure', failure } : { kind: 'reply', reply: refusal }
}

/** Told when TLS is required and not to be had; `fault` is why, where it was offered. */
export function tlsRequired(fault?: string): TargetTrouble {
  const text = '451 5.7.3 STARTTLS is required to send mail'
  return { kind: 'policy', text: fault === undefined ? text : `${text}; ${fault}` }
}

const failover =
  'Attempted failover to alternate host, but that did not succeed. Either there are no alternate hosts, or delivery failed to all alternate hosts.'

/**
 * The queue's LastError when no target was of use: the trouble with the first, and where the last
 * attempt went; and what the DNS did not tell, for the host that works may be behind that.
 */
export function unreachableText(
  first: TargetTrouble,
  last: Target,
  dnsFaults: readonly string[] = [],
): string {
  const text = firstTroubleText(first, last)
  if (dnsFaults.length === 0) return text
  return `${text}. DNS query failed for other addresses: ${dnsFaults.slice(0, 3).join(', ')}`
}

function firstTroubleText(first: TargetTrouble, last: Target): string {
  const ending = `${failover} The last endpoint attempted was ${targetEndpoint(last)}`
  switch (first.kind) {
    case 'policy':
    case 'fallback':
      return troubleText(first)
    case 'reply':
      return `451 4.4.0 Primary target IP address responded with: "${replyText(first.reply)}." ${ending}`
    case 'failure':
      if (first.failure.verdict !== undefined) return replyText(first.failure.verdict)
      if (first.failure.stage !== 'connect') return brokenText(first.failure)
      return `441 4.4.1 Error encountered while communicating with primary target IP address: "Failed to connect. ${first.failure.message}." ${ending}`
  }
}

/** What the system says when an address does not take connections. */
const addressErrors: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ETIMEDOUT'],
])

/**
 * Whether the trouble would befall every other connection to the address now: it is dead, or does not answer.
 * What it said may be meant for this session alone, and what failed here may be our own fault.
 */
export function speaksForAddress(trouble: TargetTrouble): boolean {
  if (trouble.kind === 'fallback') return speaksForAddress(trouble.inClear)
  if (trouble.kind !== 'failure') return false
  const { kind, stage, verdict, cause } = trouble.failure
  if (verdict !== undefined) return false
  if (kind === 'timeout') return true
  if (kind === 'closed') return stage === 'greeting'
  return (
    kind === 'refused' && cause instanceof Error && 'code' in cause && addressErrors.has(cause.code)
  )
}

/** The trouble with one target as a reply, for a recipient or the log. */
export function troubleText(trouble: TargetTrouble): string {
  switch (trouble.kind) {
    case 'policy':
      return trouble.text
    case 'fallback':
      return `454 4.7.0 ${trouble.tlsFault}. In clear: ${troubleText(trouble.inClear)}`
    case 'reply':
      return replyText(trouble.reply)
    case 'failure':
      return brokenText(trouble.failure)
  }
}

/** The text for a recipient or a queue when a session broke. */
export function brokenText(failure: ClientFailure): string {
  if (failure.verdict !== undefined) return replyText(failure.verdict)
  if (failure.inDoubt)
    return `451 4.4.2 Connection dropped after the end of the message, it may have been delivered: ${failure.message}`
  if (failure.kind === 'unsupported')
    return `454 4.7.0 Cannot authenticate with the next hop: ${failure.message}`
  if (failure.stage === 'connect') return `441 4.4.1 Failed to connect: ${failure.message}`
  if (failure.kind === 'timeout')
    return `451 4.4.1 Connection timed out at ${failure.stage}: ${failure.message}`
  return `451 4.4.2 Connection dropped at ${failure.stage}: ${failure.message}`
}

/**
 * What a session that broke in a transaction says of the target. Once content was under way the trouble
 * is the message's, and no other target is tried in this attempt: it could deliver twice.
 */
export function brokenSessionTrouble(failure: ClientFailure): TargetTrouble | undefined {
  if (failure.stage === 'content' || failure.stage === 'final-dot') return undefined
  return sessionTrouble(failure)
}

export type Outcome = 'delivered' | 'retry' | 'failed'

/**
 * What a reply to MAIL, DATA or the content means for the message. Only 5yz is for good; a code that
 * does not belong there is not understood, so it waits.
 */
export function messageOutcome(answer: Reply): Exclude<Outcome, 'delivered'> {
  return answer.code >= 500 ? 'failed' : 'retry'
}

/** What the reply to the final dot means. */
export function contentOutcome(answer: Reply): Outcome {
  return answer.code >= 200 && answer.code < 300 ? 'delivered' : messageOutcome(answer)
}

/**
 * `again`: too many recipients for one transaction, so it comes with the next one at once;
 * `new-session`: too many for this session, so it comes over another one.
 */
export type RecipientVerdict = 'accepted' | 'again' | 'new-session' | 'retry' | 'failed'

/** What had gone well before, so that coming again at once makes progress, and ends. */
export interface Headway {
  /** The transaction has a recipient. */
  readonly acceptedSome: boolean
  /** The session has served before. */
  readonly served: boolean
}

/**
 * What the reply to RCPT means. "Too many recipients" is never for good: 552, which RFC 821 had for it,
 * is then a 452 (RFC 5321 4.5.3.1.10).
 */
export function recipientVerdict(
  answer: Reply,
  { acceptedSome, served }: Headway,
): RecipientVerdict {
  if (isPositive(answer)) return answer.code < 300 ? 'accepted' : 'retry'
  if (acceptedSome && (isTooMany(answer) || isBareLimit(answer))) return 'again'
  if (isTooMany(answer)) return served ? 'new-session' : 'retry'
  return isTransient(answer) ? 'retry' : 'failed'
}

/** Whether the peer speaks of more recipients than it takes at once. */
export function isTooMany({ code, enhanced, lines }: Reply): boolean {
  if (enhanced !== undefined) return enhanced.endsWith('.5.3')
  return (code === 452 || code === 552) && /\btoo many\b/i.test(lines.join(' '))
}

/** Without an enhanced code, behind others that were accepted, it is the limit more often than not. */
function isBareLimit({ code, enhanced }: Reply): boolean {
  return (code === 452 || code === 552) && enhanced === undefined
}
