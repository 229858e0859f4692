import type { Awaitable } from '../../base/awaitable.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { type Milliseconds, minute } from '../../base/time-span.ts'
import type { OpenTunnel } from '../../proxy/outbound-tunnel.ts'
import {
  connectionTimedOut,
  improperPipelining,
  inactivityTimeout,
  serviceNotAvailable,
  tooManyErrors,
  unrecognizedCommand,
} from '../../smtp/replies.ts'
import type { Reply } from '../../smtp/reply.ts'
import { Conversation, type ConversationOptions } from './conversation.ts'
import { greeting } from './greeting.ts'
import type { Outcome } from './outcome.ts'
import { askAtConnect, refusalIn, tellDisconnected, tellRejected } from './session-agents.ts'
import { type Deadline, SessionDeadlines } from './session-deadlines.ts'
import type {
  CertificateUse,
  Disconnection,
  SecuredConnection,
  SessionTransport,
  TransportEvents,
} from './session-transport.ts'
import { SessionInput } from './session-input.ts'
import { SessionReplies } from './session-replies.ts'
import { Turn } from '../limits/turns.ts'

const handshakeTimeout: Milliseconds = minute

const tlsHandshakeRecord = 0x16

export interface ReceiveSessionOptions extends Omit<ConversationOptions, 'local' | 'remote'> {
  readonly transport: SessionTransport
  /** Tells of a fault of ours, which the client only sees as a 421. */
  faulted(error: unknown): void
  /** The connection has ended; called once. */
  closed(): void
}

/**
 * One SMTP session: takes input in order, lets the verbs decide and does what they say. While
 * something is under way no further input is taken, so nothing overtakes anything.
 */
export class ReceiveSession implements TransportEvents {
  readonly #options: ReceiveSessionOptions
  readonly #transport: SessionTransport
  readonly #conversation: Conversation
  readonly #clock: Clock
  readonly #input: SessionInput
  readonly #replies: SessionReplies
  readonly #deadlines: SessionDeadlines
  /** A verb, a tarpit or a handshake is under way, or others have their turn. */
  #busy = true
  readonly #turn = new Turn()
  /** We ended the dialog; nothing more is taken or said. */
  #over = false
  #gone = false
  #tarpitting = false
  #draining = false
  #timedOut = false
  #release: (() => void) | undefined
  #timer: Timer | undefined

  /** Logs the connection and starts its clock; the transport then calls `opened`. */
  constructor(options: ReceiveSessionOptions) {
    const { transport, connector, services } = options
    this.#options = options
    this.#transport = transport
    this.#clock = services.clock
    this.#conversation = new Conversation({
      ...options,
      local: transport.local,
      remote: transport.remote,
    })
    this.#replies = new SessionReplies(transport, options.log, connector.EnhancedStatusCodesEnabled)
    this.#input = new SessionInput(this.#conversation)
    this.#deadlines = new SessionDeadlines(this.#clock, connector, (which) =>
      this.#guard(() => this.#expired(which)),
    )
    if (connector.TlsMode === 'Implicit') this.#timer = this.#awaitHandshake()
    options.log.connected()
    options.log.permissions(this.#conversation.identity.permissions)
  }

  opened(secured?: SecuredConnection): void {
    this.#timer?.cancel()
    if (secured !== undefined) {
      this.#conversation.secure(secured)
      this.#greet()
      return
    }
    // One turn of the event loop: octets that came with the connection are read before the greeting,
    // and give away a client that does not wait for it.
    setImmediate(() => setImmediate(() => this.#guard(() => this.#greet())))
  }

  received(chunk: Buffer, release: () => void): void {
    if (this.#over) {
      release()
      return
    }
    this.#release = release
    const inClear =
      this.#conversation.tls === undefined && this.#conversation.phase.kind === 'connected'
    if (inClear && chunk[0] === tlsHandshakeRecord) {
      this.#options.log.note('The client started TLS on a port that does not')
      this.#end([unrecognizedCommand])
      return
    }
    this.#input.push(chunk)
    this.#guard(() => this.#proceed())
  }

  inputEnding(): void {
    // Whoever logs in has something to send: it is gone, and so is the need to make it wait.
    if (this.#busy && this.#conversation.authenticating) this.#transport.destroy()
  }

  inputEnded(): void {
    // Only called when all input before was taken and answered.
    this.#replies.flush()
    this.#over = true
    this.#transport.close()
  }

  drained(): void {
    this.#replies.drained()
    this.#guard(() => this.#proceed())
  }

  secured(secured: SecuredConnection): void {
    this.#timer?.cancel()
    this.#conversation.secure(secured)
    this.#busy = false
    this.#deadlines.touch()
    this.#guard(() => {
      this.#endIfDue()
      this.#proceed()
    })
  }

  closed(reason: Disconnection, detail?: string): void {
    this.#over = true
    this.#gone = true
    this.#timer?.cancel()
    this.#deadlines.cancel()
    this.#conversation.end()
    tellDisconnected(this.#conversation)
    // A call that is under way sees `#gone` when it returns and forgets the message then.
    if (!this.#busy || this.#tarpitting) this.#guard(() => this.#conversation.abandonTransaction())
    this.#options.log.disconnected(reason, detail)
    this.#options.closed()
  }

  /** The service stops: an idle client is told at once, another one after its message. */
  drain(): void {
    this.#draining = true
    this.#guard(() => this.#endIfDue())
  }

  /** Cuts the connection without a word. */
  destroy(): void {
    this.#transport.destroy()
  }

  #greet(): void {
    if (this.#over) return
    if (this.#input.waits) {
      this.#options.log.note('The client did not wait for the greeting')
      this.#end([improperPipelining])
      return
    }
    const asking = askAtConnect(this.#conversation)
    if (asking === undefined) this.#welcome()
    else
      asking.then(
        (objected) => this.#guard(() => this.#welcome(objected)),
        (error: unknown) => this.#fail(error),
      )
  }

  /** Greets the client, or tells it to go. */
  #welcome(objected?: Outcome): void {
    if (this.#over) return
    if (objected !== undefined) {
      this.#end([refusalIn(objected) ?? serviceNotAvailable])
      return
    }
    const { connector, fqdn } = this.#conversation
    this.#busy = false
    this.#replies.say(greeting(fqdn, connector.Banner, this.#clock.now()))
    this.#endIfDue()
    this.#proceed()
  }

  #proceed(): void {
    this.#turn.begin()
    while (!this.#busy && !this.#replies.stalled && !this.#over) {
      if (this.#turn.isOver && this.#input.waits) {
        this.#letOthers()
        return
      }
      const input = this.#input.next()
      if (input === undefined) {
        this.#rest()
        return
      }
      this.#turn.count(this.#deadlines.touch())
      this.#run(this.#input.take(input))
    }
  }

  /** There is more to take, but others want to be served, too. */
  #letOthers(): void {
    this.#replies.flush()
    this.#busy = true
    this.#options.services.turns.wait(() => {
      this.#turn.renew(this.#clock.monotonic())
      this.#guard(() => this.#resume())
    })
  }

  /** All input is taken: answers, and lets more come once the client keeps up. */
  #rest(): void {
    this.#replies.flush()
    if (this.#replies.stalled) return
    const release = this.#release
    this.#release = undefined
    release?.()
  }

  /** `told`: agents know of a refusal in it. */
  #run(result: Awaitable<Outcome | undefined>, told = false): void {
    if (!(result instanceof Promise)) {
      const known = told || result === undefined
      const telling = known
        ? undefined
        : tellRejected(this.#conversation, this.#input.command, result)
      if (telling !== undefined) this.#run(telling, true)
      else if (result !== undefined) this.#apply(result)
      return
    }
    this.#busy = true
    result.then(
      (outcome) => this.#guard(() => this.#resume(outcome, told)),
      (error: unknown) => this.#fail(error),
    )
  }

  /** No fault of ours, or of what we call, may reach the process: it ends this session alone. */
  #guard(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#fail(error)
    }
  }

  #resume(outcome?: Outcome, told?: boolean): void {
    this.#busy = false
    if (this.#gone) {
      if (outcome?.kind === 'tunnel') outcome.tunnel.abort()
      this.#conversation.abandonTransaction()
      return
    }
    this.#deadlines.touch()
    this.#run(outcome, told)
    this.#endIfDue()
    this.#proceed()
  }

  #fail(error: unknown): void {
    this.#busy = false
    this.#options.faulted(error)
    try {
      if (this.#gone) this.#conversation.abandonTransaction()
      else this.#end([serviceNotAvailable])
    } catch {
      this.#transport.destroy()
    }
  }

  #apply(outcome: Outcome): void {
    switch (outcome.kind) {
      case 'reply':
        if (this.#input.overstepped(outcome)) this.#end([tooManyErrors])
        else this.#after(outcome.delay, () => this.#answer(outcome.reply))
        break
      case 'close':
        this.#after(outcome.delay, () => this.#end(outcome.replies, outcome.goodbye))
        return
      case 'challenge':
        this.#input.expectAnswer(outcome.answered)
        this.#replies.sayMasked(outcome.reply)
        break
      case 'authenticated':
        this.#replies.sayMasked(outcome.reply)
        break
      case 'start-tls':
        this.#startTls(outcome.reply, outcome.certificate)
        break
      case 'read-content':
        this.#input.expectContent(outcome)
        this.#replies.say(outcome.reply)
        break
      case 'read-chunk':
        this.#input.expectContent(outcome)
        break
      case 'tunnel':
        this.#becomeTunnel(outcome.tunnel)
        return
    }
    this.#endIfDue()
  }

  /** A 421, whoever says it, ends the session (RFC 5321 3.8). */
  #answer(reply: Reply): void {
    if (reply.code === 421 || reply.endsSession === true) this.#end([reply])
    else this.#replies.say(reply)
  }

  /** Does `action` after the tarpit's delay, or at once. */
  #after(delay: Milliseconds | undefined, action: () => void): void {
    if (delay === undefined || delay === 0) {
      action()
      return
    }
    this.#options.log.tarpit(delay)
    this.#busy = true
    this.#tarpitting = true
    this.#timer = this.#clock.after(delay, () => {
      this.#tarpitting = false
      this.#guard(() => {
        action()
        this.#resume()
      })
    })
  }

  #startTls(reply: Reply, certificate: CertificateUse): void {
    this.#replies.say(reply)
    this.#replies.flush()
    this.#input.discard()
    this.#busy = true
    this.#release = undefined
    this.#timer = this.#awaitHandshake()
    this.#transport.startTls(certificate)
  }

  #awaitHandshake(): Timer {
    const { ConnectionInactivityTimeout } = this.#options.connector
    const limit = Math.min(handshakeTimeout, ConnectionInactivityTimeout)
    return this.#clock.after(limit, () => this.#transport.destroy())
  }

  /** The session is over; the connection goes on without it and tells `closed` at its end. */
  #becomeTunnel(tunnel: OpenTunnel): void {
    this.#replies.say(tunnel.reply)
    this.#replies.flush()
    this.#over = true
    this.#deadlines.cancel()
    void tunnel.join(this.#transport.detach())
  }

  #end(replies: readonly Reply[], goodbye = false): void {
    this.#options.log.catchUp()
    for (const reply of replies) this.#replies.say(reply)
    this.#replies.flush()
    this.#over = true
    this.#conversation.abandonTransaction()
    if (goodbye) this.#transport.hangUp()
    else this.#transport.close()
  }

  /** For what came while something was under way: the session's time ran out, or the service stops. */
  #endIfDue(): void {
    if (this.#busy || this.#over) return
    const idle = this.#input.betweenCommands && this.#conversation.phase.kind !== 'transaction'
    if (this.#timedOut) this.#end([connectionTimedOut])
    else if (this.#draining && idle) this.#end([serviceNotAvailable])
  }

  #expired(which: Deadline): void {
    if (this.#over) return
    // The client could not be told, and nothing of its mail is with us for good.
    if (this.#replies.stalled) {
      this.#transport.destroy()
    } else if (which === 'ConnectionTimeout') {
      if (this.#busy) this.#timedOut = true
      else this.#end([connectionTimedOut])
    } else if (!this.#busy) {
      this.#end([inactivityTimeout])
    }
  }
}
