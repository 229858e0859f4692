import type { Awaitable } from '../../base/awaitable.ts'
import type { Envelope } from '../../message/envelope.ts'
import type { IncomingMessage, MailTransaction } from '../../message/message-sink.ts'
import {
  type MailCommand,
  type RcptCommand,
  parseMailCommand,
  parseRcptCommand,
} from '../../smtp/mail-path.ts'
import {
  badSequence,
  invalidRecipientAddress,
  invalidSenderAddress,
  messageRateExceeded,
  messageTooLarge,
  needMailCommand,
  recipientOk,
  senderAlreadySpecified,
  senderOk,
  startTlsRequired,
  tooManyRecipients,
} from '../../smtp/replies.ts'
import type { Reply } from '../../smtp/reply.ts'
import { Arrival } from './arrival.ts'
import type { Conversation, Hello } from './conversation.ts'
import type { CountedMessage } from '../limits/message-rates.ts'
import { takenParameters } from './extensions.ts'
import { type Outcome, refusal, say, sayAndClose } from './outcome.ts'
import { checkIsKnown } from './known-recipients.ts'
import { checkRecipient, completeRecipient } from './recipient-policy.ts'
import { checkSender } from './sender-policy.ts'
import type { Verb } from './verb.ts'

/** MAIL (RFC 5321 4.1.1.2). */
export const mail: Verb = {
  afterHello: true,
  spoilt: say(invalidSenderAddress),
  run(conversation, { argument }) {
    const { phase, connector, services } = conversation
    if (phase.kind !== 'ready') return say(senderAlreadySpecified)
    const extensions = takenParameters(conversation.extensionFacts, phase.hello.extended)
    const command = parseMailCommand(argument, extensions)
    if ('code' in command) return say(command)
    if (connector.RequireTLS && conversation.tls === undefined) return say(startTlsRequired)
    const denied = checkSender(command.sender, conversation.identity, services.acceptedDomains)
    if (denied !== undefined) return say(denied)
    if ((command.size ?? 0) > maxMessageSize(conversation)) return say(messageTooLarge)
    const source = conversation.messageSource
    const counted = source && services.rates.count(connector, source)
    if (counted?.allowed === false) return sayAndClose(messageRateExceeded)
    conversation.log.receivingMessage()
    return begin(conversation, command, counted)
  },
}

/** RCPT (RFC 5321 4.1.1.3). */
export const rcpt: Verb = {
  afterHello: true,
  spoilt: say(invalidRecipientAddress),
  repeats: true,
  run(conversation, { argument }) {
    const { phase, connector, services, identity } = conversation
    if (phase.kind !== 'transaction') return say(needMailCommand)
    const { arrival, hello } = phase
    if (arrival.hasContent) return say(badSequence)
    const command = parseRecipient(conversation, hello, argument)
    if ('code' in command) return say(command)
    if (arrival.recipients >= maxRecipients(conversation)) return say(tooManyRecipients)
    const domains = services.acceptedDomains
    const denied = checkRecipient(command.address, identity.permissions, { connector, domains })
    if (denied !== undefined) return refusal(conversation, denied)
    const added = arrival.addRecipient(command, (address) => checkIsKnown(conversation, address))
    return added instanceof Promise
      ? added.then((late) => recipientAdded(conversation, late))
      : recipientAdded(conversation, added)
  },
}

/** The limit on a message of this party; Infinity when it may bypass the connector's. */
export function maxMessageSize({ identity, connector }: Conversation): number {
  const bypass = identity.permissions.has('BypassMessageSizeLimit')
  return bypass ? Infinity : connector.MaxMessageSize
}

/** Servers of our organisation hand over whole lists of recipients. */
function maxRecipients({ peer, connector }: Conversation): number {
  return peer.principal.kind === 'ExchangeServer' ? Infinity : connector.MaxRecipientsPerMessage
}

function begin(
  conversation: Conversation,
  command: MailCommand,
  counted: CountedMessage | undefined,
): Awaitable<Outcome> {
  const envelope = toEnvelope(command)
  const transaction: MailTransaction = {
    session: conversation.facts,
    envelope,
    ...(command.size !== undefined && { declaredSize: command.size }),
    maxSize: maxMessageSize(conversation),
    limits: conversation.contentLimits,
  }
  const began = (opened: IncomingMessage | Reply): Outcome => {
    if ('code' in opened) {
      counted?.takeBack()
      return say(opened)
    }
    const rejectBareLinefeed = conversation.connector.BareLinefeedRejectionEnabled
    conversation.open(new Arrival(opened, { envelope, counted, rejectBareLinefeed }))
    return say(senderOk)
  }
  const opened = conversation.services.sink.begin(transaction)
  return opened instanceof Promise ? opened.then(began) : began(opened)
}

/** AUTH= is taken and not believed (RFC 4954 5). */
function toEnvelope(command: MailCommand): Envelope {
  const { sender, body, smtpUtf8, returnContent, envelopeId } = command
  return {
    sender,
    body,
    smtpUtf8,
    ...(returnContent !== undefined && { returnContent }),
    ...(envelopeId !== undefined && { envelopeId }),
  }
}

function parseRecipient(
  conversation: Conversation,
  hello: Hello,
  argument: string,
): RcptCommand | Reply {
  const { phase, fqdn, services } = conversation
  const extensions = takenParameters(conversation.extensionFacts, hello.extended)
  const smtpUtf8 = phase.kind === 'transaction' && phase.arrival.envelope.smtpUtf8
  const command = parseRcptCommand(argument, extensions, smtpUtf8)
  if ('code' in command || command.address.includes('@')) return command
  return { ...command, address: completeRecipient(command.address, services.acceptedDomains, fqdn) }
}

function recipientAdded(conversation: Conversation, denied: Reply | undefined): Outcome {
  return denied === undefined ? say(recipientOk) : refusal(conversation, denied)
}
