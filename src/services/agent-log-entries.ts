import type { AgentAction, AgentProperty } from '../agents/agent-action.ts'
import type { AgentRecord } from '../agents/agent-runner.ts'
import type { AgentEvent } from '../agents/agent-events.ts'
import type { AgentMessage, AgentSession, Occasion } from '../agents/occasion.ts'
import type { AgentLogEntry } from '../logs/agent-log.ts'
import { addressesIn } from '../message/address-list.ts'
import { HeaderBlock } from '../message/header-block.ts'
import type { Endpoint } from '../message/message-sink.ts'
import { replyText } from '../smtp/reply.ts'

/** What an agent did, as the agent log tells it. */
export function agentLogEntry({ agent, occasion, action }: AgentRecord): AgentLogEntry {
  const session = 'session' in occasion ? occasion.session : undefined
  const message = 'message' in occasion ? occasion.message : undefined
  return {
    ...sessionFacts(session),
    ...messageFacts(message),
    recipients: recipientsOf(occasion, action),
    agent,
    event: occasion.event,
    ...actionFacts(action, occasion.event),
    diagnostics: '',
    directionality: directionalityOf(occasion),
  }
}

function sessionFacts(session: AgentSession | undefined) {
  return {
    sessionId: session?.sessionId ?? '',
    localEndpoint: session === undefined ? '' : endpointText(session.local),
    remoteEndpoint: session === undefined ? '' : endpointText(session.client),
    enteredOrgFromIp: session?.client.address ?? '',
  }
}

function endpointText({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function messageFacts(message: AgentMessage | undefined) {
  return {
    messageId: message?.messageId ?? '',
    networkMessageId: message?.networkMessageId ?? '',
    p1FromAddress: message?.sender ?? '',
    p2FromAddresses: message === undefined ? [] : authorsOf(message.header),
  }
}

function authorsOf(header: Uint8Array): readonly string[] {
  const block = new HeaderBlock(Buffer.from(header.buffer, header.byteOffset, header.byteLength))
  const from = block.value('from')
  return from === undefined ? [] : (addressesIn(from) ?? [])
}

/** Those that the action is about: one of them, the one that RCPT named, or all. */
function recipientsOf(occasion: Occasion, action: AgentAction): readonly string[] {
  if (action.kind === 'redirect-recipient') return [action.from]
  if ('address' in action && action.kind !== 'set-sender') return [action.address]
  if (occasion.event === 'OnRcptCommand') return [occasion.recipient.address]
  return 'message' in occasion ? occasion.message.recipients.map(({ address }) => address) : []
}

function directionalityOf(occasion: Occasion): string {
  if (!('message' in occasion)) return ''
  const { directionality } = occasion.message.properties
  if (directionality !== undefined) return directionality
  return 'originating' in occasion && occasion.originating ? 'Originating' : 'Incoming'
}

type ActionFacts = Pick<AgentLogEntry, 'action' | 'smtpResponse' | 'reason' | 'reasonData'>

/** Exchange's name of the action; names of its kind where it has none. */
function actionFacts(action: AgentAction, event: AgentEvent): ActionFacts {
  const facts = { smtpResponse: '', reason: '', reasonData: '' }
  switch (action.kind) {
    case 'reject':
      return { ...facts, action: refusalAt(event), smtpResponse: replyText(action.reply) }
    case 'defer':
      return {
        ...facts,
        action: 'DeferMessage',
        smtpResponse: action.reply === undefined ? '' : replyText(action.reply),
        reason: action.reason ?? '',
        reasonData: action.until === undefined ? '' : new Date(action.until).toISOString(),
      }
    case 'disconnect': {
      const said = action.reply === undefined ? '' : replyText(action.reply)
      return { ...facts, action: 'Disconnect', smtpResponse: said }
    }
    case 'discard':
      return { ...facts, action: 'DeleteMessage', reason: action.reason ?? '' }
    case 'quarantine':
      return { ...facts, action: 'QuarantineMessage', reason: action.reason }
    case 'reject-recipient':
      return { ...facts, action: 'RejectRecipients', smtpResponse: replyText(action.reply) }
    case 'remove-recipient':
      return { ...facts, action: 'DeleteRecipients' }
    case 'add-recipient':
      return { ...facts, action: 'AddRecipients' }
    case 'redirect-recipient':
      return { ...facts, action: 'RedirectRecipients', reasonData: action.to }
    case 'route': {
      const way = action.connector
      return { ...facts, action: 'RouteRecipients', reasonData: way }
    }
    case 'set-sender':
      return { ...facts, action: 'ModifySender', reasonData: action.address }
    case 'set-property':
      return { ...facts, action: 'ModifyProperties', reasonData: propertyText(action) }
    case 'replace-body':
      return { ...facts, action: 'ModifyBody' }
    case 'add-field':
    case 'set-field':
    case 'replace-field':
    case 'remove-field':
      return { ...facts, action: 'ModifyHeaders', reasonData: action.name }
  }
}

function refusalAt(event: AgentEvent): string {
  switch (event) {
    case 'OnConnectEvent':
      return 'RejectConnection'
    case 'OnAuthCommand':
    case 'OnEndOfAuthentication':
      return 'RejectAuthentication'
    case 'OnDataCommand':
    case 'OnEndOfHeaders':
    case 'OnEndOfData':
    case 'OnSubmittedMessage':
    case 'OnResolvedMessage':
    case 'OnRoutedMessage':
    case 'OnCategorizedMessage':
      return 'RejectMessage'
    default:
      return 'RejectCommand'
  }
}

function propertyText(property: AgentProperty): string {
  const name = property.name === 'tag' ? property.tag : property.name
  return `${name}=${property.value}`
}
