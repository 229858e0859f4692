import type { Clock } from '../base/clock.ts'
import type {
  IncomingMessage,
  MailTransaction,
  MessageSink,
  SessionFacts,
} from '../message/message-sink.ts'
import { ClientFailure } from '../deliver/smtp/client-failure.ts'
import { type Reply, isPositive, replyText } from '../smtp/reply.ts'
import type { BackEndConnection, BackEndConnections } from './back-end-connections.ts'
import { mailCommand } from './mail-command.ts'
import { type ProxyStep, proxyFailure } from './proxy-failure.ts'
import { ProxiedMessage } from './proxied-message.ts'
import { ServiceSessionError, type ServiceTarget } from './service-session.ts'
import { formatXProxy } from './xproxy-command.ts'

export interface BackEndSinkOptions {
  readonly connections: BackEndConnections
  /**
   * The listener of the Transport service for a session: 587 goes to 465, all others to 2525.
   * Undefined when no connector of the Transport service takes sessions from here.
   */
  readonly target: (session: SessionFacts) => ServiceTarget | undefined
  readonly clock: Clock
  /** For the program log: told when the back end goes away, and when it is back. */
  readonly warn: (message: string) => void
}

/** What became of a hand-over on one connection. */
type HandOver =
  | { readonly kind: 'opened' }
  /** The back end refuses the sender; the reply is the client's. */
  | { readonly kind: 'refused'; readonly reply: Reply }
  | { readonly kind: 'lost'; readonly step: ProxyStep; readonly reason: string }

/**
 * Where the Front End Transport service's messages go: straight to the Transport service, on behalf of
 * the client. Nothing is kept here; every reply of the back end is the client's reply.
 */
export class BackEndSink implements MessageSink {
  readonly #options: BackEndSinkOptions
  readonly #down = new Set<string>()

  constructor(options: BackEndSinkOptions) {
    this.#options = options
  }

  async begin(transaction: MailTransaction): Promise<IncomingMessage | Reply> {
    const { connections, target: targetOf } = this.#options
    const target = targetOf(transaction.session)
    if (target === undefined) {
      this.#options.warn(
        'No Receive connector of the Transport service takes sessions from the front end: one needs AuthMechanism ExchangeServer and PermissionGroups ExchangeServers',
      )
      return proxyFailure('connect')
    }
    const kept = connections.takeKept(target, transaction.session)
    if (kept !== undefined) {
      const result = await handOver(kept, transaction)
      // The back end may have ended a kept connection at any moment; a new one tells whether it is there.
      if (result.kind !== 'lost') return this.#conclude(kept, transaction, result)
      connections.discard(kept, result.reason)
    }
    try {
      const opened = await connections.open(target, transaction.session)
      return this.#conclude(opened, transaction, await handOver(opened, transaction))
    } catch (error) {
      const step = error instanceof ServiceSessionError ? error.step : 'connect'
      return this.#lost(target, step, error instanceof Error ? error.message : String(error))
    }
  }

  #conclude(
    connection: BackEndConnection,
    transaction: MailTransaction,
    result: HandOver,
  ): IncomingMessage | Reply {
    const { connections, clock } = this.#options
    switch (result.kind) {
      case 'opened':
        this.#back(connection.target)
        return new ProxiedMessage(transaction, { connection, connections, clock })
      case 'refused':
        this.#back(connection.target)
        connections.giveBack(connection)
        return result.reply
      case 'lost':
        connections.discard(connection, result.reason)
        return this.#lost(connection.target, result.step, result.reason)
    }
  }

  #lost(target: ServiceTarget, step: ProxyStep, reason: string): Reply {
    const name = `${target.address}:${target.port}`
    const answer = proxyFailure(step)
    if (!this.#down.has(name)) {
      this.#down.add(name)
      const told = replyText(answer)
      this.#options.warn(
        `The Transport service at ${name} cannot be used: ${reason}. Clients are answered "${told}" until it can`,
      )
    }
    return answer
  }

  #back(target: ServiceTarget): void {
    const name = `${target.address}:${target.port}`
    if (this.#down.delete(name)) this.#options.warn(`The Transport service at ${name} is back`)
  }
}

/**
 * Hands the session over, unless the back end knows already whom the connection speaks for, and opens
 * the transaction, in one round trip where the back end allows it. Never rejects.
 */
async function handOver(
  connection: BackEndConnection,
  transaction: MailTransaction,
): Promise<HandOver> {
  const { client } = connection
  const { session, limits } = transaction
  const lines = [
    ...(connection.needsReset ? ['RSET'] : []),
    ...(connection.handedOver === session ? [] : [formatXProxy(session, limits)]),
    mailCommand(transaction, client.capabilities),
  ]
  try {
    const replies = client.capabilities.has('PIPELINING')
      ? await client.pipeline(lines)
      : await inTurn(client.command.bind(client), lines)
    const refused = replies.findIndex((answer) => !isPositive(answer))
    connection.needsReset = false
    connection.handedOver = session
    if (refused < 0) return { kind: 'opened' }
    const answer = replies[refused] ?? proxyFailure('hello')
    if (refused === lines.length - 1) return { kind: 'refused', reply: answer }
    return { kind: 'lost', step: 'hello', reason: replyText(answer) }
  } catch (error) {
    const answered = error instanceof ClientFailure ? error.replies.length : 0
    const step = answered >= lines.length - 1 ? 'envelope' : 'hello'
    return { kind: 'lost', step, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** One after the other, up to the first refusal. */
async function inTurn(
  command: (line: string) => Promise<Reply>,
  lines: readonly string[],
): Promise<readonly Reply[]> {
  const replies: Reply[] = []
  for (const line of lines) {
    const answer = await command(line)
    replies.push(answer)
    if (!isPositive(answer)) break
  }
  return replies
}
