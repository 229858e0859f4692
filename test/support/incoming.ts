import type { Recipient } from '../../src/message/envelope.ts'
import type {
  IncomingMessage,
  MailTransaction,
  MessageSink,
  SessionFacts,
} from '../../src/message/message-sink.ts'
import { replyText } from '../../src/smtp/reply.ts'

/** An anonymous session from 198.51.100.7, with Exchange's rights for anonymous clients. */
export const anonymousSession: SessionFacts = {
  sessionId: '08DD5A1122334401',
  connector: 'EDGE01\\From Internet',
  fqdn: 'edge01.corp.example',
  local: { address: '192.0.2.10', port: 25 },
  remote: { address: '198.51.100.7', port: 50122 },
  helloName: 'mx.sender.example',
  extended: true,
  principal: { kind: 'Anonymous' },
  permissions: new Set([
    'SMTPSubmit',
    'SMTPAcceptAnySender',
    'SMTPAcceptAuthoritativeDomainSender',
    'AcceptRoutingHeaders',
  ]),
}

/** An anonymous session of a front end, from 203.0.113.77. */
export const frontEndSession: SessionFacts = {
  sessionId: '08DD5A1122334401',
  connector: 'MAIL1\\Default Frontend MAIL1',
  fqdn: 'mail1.corp.example',
  local: { address: '192.0.2.25', port: 25 },
  remote: { address: '203.0.113.77', port: 50122 },
  helloName: 'mx.lucerne.example',
  extended: true,
  principal: { kind: 'Anonymous' },
  permissions: new Set(['SMTPSubmit']),
}

/** A transaction of `anonymousSession` with the default limits. */
export function mailTransaction(changes: Partial<MailTransaction> = {}): MailTransaction {
  return {
    session: anonymousSession,
    envelope: { sender: 'bob@sender.example', body: '7BIT', smtpUtf8: false },
    limits: { maxHeaderSize: 262_144, maxHopCount: 30, maxLocalHopCount: 8 },
    ...changes,
  }
}

/** Begins a message; throws when its sender is refused. */
export async function beginMessage(
  sink: MessageSink,
  transaction: MailTransaction,
): Promise<IncomingMessage> {
  const message = await sink.begin(transaction)
  if ('code' in message) throw new Error(`refused: ${replyText(message)}`)
  return message
}

export interface Sent {
  readonly recipients: readonly (string | Recipient)[]
  /** Octets as Latin-1, in the pieces in which they arrive. */
  readonly content: readonly string[]
  readonly transaction?: Partial<MailTransaction>
}

/** Sends one message through a sink, as a session does, and gives the final reply as text. */
export async function sendMessage(sink: MessageSink, sent: Sent): Promise<string> {
  const message = await beginMessage(sink, mailTransaction(sent.transaction))
  for (const one of sent.recipients) {
    const recipient = typeof one === 'string' ? { address: one } : one
    const refusal = await message.addRecipient(recipient)
    if (refusal !== undefined) return replyText(refusal)
  }
  const refusal = await message.startContent()
  if (refusal !== undefined) {
    message.abort()
    return replyText(refusal)
  }
  for (const piece of sent.content) await message.write(Buffer.from(piece, 'latin1'))
  return replyText(await message.commit())
}
