import type { Clock } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { PeerWait, WaitPhase, WatchedConnection } from '../../queue/delivery-agent.ts'
import { ClientFailure, type ClientStage } from './client-failure.ts'
import type { TargetTrouble } from './failure-policy.ts'
import type { DeliverySession, OpeningWatch } from './session-opener.ts'
import type { SmtpClient } from './smtp-client.ts'
import { type Target, targetEndpoint } from './target.ts'
import { type AwaitedReply, awaitedText, openingGivenUp, unansweredText } from './waiting-text.ts'

/** Where a delivery connection stands. */
type Position =
  | { readonly kind: 'idle' }
  | { readonly kind: 'look-up'; readonly domain: string; readonly since: Milliseconds }
  | {
      readonly kind: 'opening'
      readonly target: Target
      readonly since: Milliseconds
      readonly hasAlternative: boolean
      readonly stage: 'connect' | 'greeting'
      readonly client?: SmtpClient
    }
  | { readonly kind: 'session'; readonly session: DeliverySession }

const idle: Position = { kind: 'idle' }

/** Follows one delivery connection for the queue, and gives up what takes too long. */
export class RunWatch implements WatchedConnection, OpeningWatch {
  readonly #clock: Clock
  #position: Position = idle
  #begun: Milliseconds = 0
  #leaving: AbortController | undefined
  #left: TargetTrouble | undefined
  #isGivenUp = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Nothing may be begun any more. */
  get isGivenUp(): boolean {
    return this.#isGivenUp
  }

  /** Why what was being opened last was left; undefined when it was not. */
  get left(): TargetTrouble | undefined {
    return this.#left
  }

  /** The next hop is looked up; the signal aborts when that takes too long. */
  lookUp(domain: string): AbortSignal {
    this.#begun = this.#clock.monotonic()
    this.#position = { kind: 'look-up', domain, since: this.#begun }
    return this.#leave()
  }

  /** The targets are tried from now on. */
  begin(): void {
    if (this.#position.kind !== 'look-up') this.#begun = this.#clock.monotonic()
  }

  /** A session with the target is opened; the signal aborts when that takes too long. */
  open(target: Target, hasAlternative: boolean): AbortSignal {
    const since = this.#clock.monotonic()
    this.#position = { kind: 'opening', target, since, hasAlternative, stage: 'connect' }
    return this.#leave()
  }

  connected(): void {
    const { kind } = this.#position
    if (kind === 'opening') this.#position = { ...this.#position, stage: 'greeting' }
  }

  greeted(client: SmtpClient): void {
    if (this.#position.kind === 'opening') this.#position = { ...this.#position, client }
  }

  use(session: DeliverySession): void {
    if (this.#position.kind === 'idle') this.#begun = this.#clock.monotonic()
    this.#position = { kind: 'session', session }
  }

  /** Nothing is under way. */
  rest(): void {
    this.#position = idle
  }

  /** What is under way ends because the service does. */
  shutDown(): void {
    this.#leaving?.abort()
  }

  waitingSince(): Milliseconds | undefined {
    const position = this.#position
    switch (position.kind) {
      case 'idle':
        return undefined
      case 'look-up':
      case 'opening':
        return position.since
      case 'session':
        return position.session.client.waitingSince
    }
  }

  wait(): PeerWait | undefined {
    const since = this.waitingSince()
    if (since === undefined) return undefined
    const position = this.#position
    const isSession = position.kind === 'session'
    return {
      phase: isSession ? phaseOf(position.session.client.awaited.stage) : 'opening',
      since,
      begun: this.#begun,
      hasAlternative: position.kind === 'opening' && position.hasAlternative,
    }
  }

  waitsFor(): string {
    const position = this.#position
    if (this.waitingSince() === undefined) return ''
    if (position.kind === 'look-up') return `the DNS to answer for ${position.domain}`
    const awaited = this.#awaited()
    return awaited === undefined ? '' : awaitedText(awaited)
  }

  giveUp(why: string): void {
    this.#isGivenUp = true
    const position = this.#position
    const awaited = this.#awaited()
    if (position.kind === 'session' && awaited !== undefined) {
      const waited = this.#clock.monotonic() - (position.session.client.waitingSince ?? 0)
      position.session.client.giveUp(`${unansweredText(awaited, waited)}; ${why}`)
    } else this.#leaveWhatOpens(why)
  }

  tryNext(why: string): void {
    if (this.#position.kind === 'opening') this.#leaveWhatOpens(why)
  }

  #leaveWhatOpens(why: string): void {
    const position = this.#position
    if (position.kind !== 'opening' && position.kind !== 'look-up') return
    const waited = this.#clock.monotonic() - position.since
    const awaited = this.#awaited()
    this.#left = awaited === undefined ? unansweredDns : openingGivenUp(awaited, waited, why)
    const message = awaited === undefined ? why : `${unansweredText(awaited, waited)}; ${why}`
    this.#leaving?.abort(new ClientFailure(message, { stage: 'connect', kind: 'timeout' }))
  }

  #leave(): AbortSignal {
    this.#left = undefined
    this.#leaving = new AbortController()
    return this.#leaving.signal
  }

  #awaited(): AwaitedReply | undefined {
    const position = this.#position
    if (position.kind === 'session') {
      const { client, target } = position.session
      return { ...client.awaited, endpoint: targetEndpoint(target) }
    }
    if (position.kind !== 'opening') return undefined
    const { client, stage, target } = position
    return { ...(client?.awaited ?? { stage, line: '' }), endpoint: targetEndpoint(target) }
  }
}

const unansweredDns: TargetTrouble = {
  kind: 'policy',
  text: '451 4.4.0 DNS query failed. The error was: no answer in time; other next hops wait for the connection',
}

function phaseOf(stage: ClientStage): WaitPhase {
  switch (stage) {
    case 'connect':
    case 'greeting':
    case 'hello':
    case 'tls':
    case 'auth':
      return 'opening'
    case 'command':
    case 'mail':
    case 'rcpt':
    case 'data':
    case 'content':
      return 'envelope'
    case 'final-dot':
      return 'final-dot'
  }
}
