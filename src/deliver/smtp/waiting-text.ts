import { type Milliseconds, second } from '../../base/time-span.ts'
import type { ClientStage } from './client-failure.ts'
import type { TargetTrouble } from './failure-policy.ts'

/** What a session with a peer waits for. */
export interface AwaitedReply {
  readonly stage: ClientStage
  /** The command that the peer is to answer; empty where it is none. */
  readonly line: string
  /** `192.0.2.1:25` */
  readonly endpoint: string
}

/** `the reply to RCPT TO:<user@contoso.com> from 192.0.2.1:25`; follows `waiting for`. */
export function awaitedText({ stage, line, endpoint }: AwaitedReply): string {
  switch (stage) {
    case 'connect':
      return `a connection to ${endpoint}`
    case 'greeting':
      return `the greeting from ${endpoint}`
    case 'tls':
      return `the TLS handshake with ${endpoint}`
    case 'content':
      return `${endpoint} to take the content`
    case 'final-dot':
      return `the reply to the end of the message from ${endpoint}`
    case 'hello':
    case 'auth':
    case 'command':
    case 'mail':
    case 'rcpt':
    case 'data':
      return `the reply to ${commandText(stage, line)} from ${endpoint}`
  }
}

/** `no reply to RCPT TO:<user@contoso.com> from 192.0.2.1:25 within 30 s`. */
export function unansweredText(awaited: AwaitedReply, waited: Milliseconds): string {
  const what =
    awaited.stage === 'content'
      ? `${awaited.endpoint} did not take the content`
      : `no ${awaitedText(awaited).replace(/^(?:the|a) /, '')}`
  return `${what} within ${Math.round(waited / second)} s`
}

/** The trouble with a target that was given up while its session was being opened; `why` may be empty. */
export function openingGivenUp(
  awaited: AwaitedReply,
  waited: Milliseconds,
  why: string,
): TargetTrouble {
  const reason = why === '' ? '' : `; ${why}`
  const text = `451 4.4.1 Connection timed out at ${awaited.stage}: ${unansweredText(awaited, waited)}${reason}`
  return { kind: 'policy', text }
}

/** The trouble with an address that has kept another connection waiting for so long. */
export function silentToOthers(endpoint: string): (waited: Milliseconds) => TargetTrouble {
  return (waited) => {
    const seconds = Math.round(waited / second)
    const text = `451 4.4.1 Connection timed out: no answer from ${endpoint} to another connection within ${seconds} s`
    return { kind: 'policy', text }
  }
}

/** Why a queue waits whose next hop has enough connections. */
export function crowdedText(endpoint: string): string {
  return `451 4.3.2 Waiting for one of the connections to ${endpoint}: there are as many as one address gets`
}

/** The verb with its address, without parameters. */
function commandText(stage: ClientStage, line: string): string {
  const [, address] = /^([A-Z]+ (?:FROM|TO):<[^>]*>)/i.exec(line) ?? []
  const [verb = ''] = line.split(' ', 1)
  return address ?? (verb === '' ? verbs[stage] : verb) ?? 'a command'
}

const verbs: Readonly<Partial<Record<ClientStage, string>>> = { hello: 'EHLO', auth: 'AUTH' }
