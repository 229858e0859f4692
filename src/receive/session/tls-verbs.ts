import type { Awaitable } from '../../base/awaitable.ts'
import {
  invalidArguments,
  tlsAlreadyStarted,
  tlsReady,
  unrecognizedCommand,
} from '../../smtp/replies.ts'
import type { Conversation } from './conversation.ts'
import { type ExtensionFacts, offersAnonymousTls, offersStartTls } from './extensions.ts'
import { type Outcome, say } from './outcome.ts'
import { askAgents } from './session-agents.ts'
import type { CertificateUse } from './session-transport.ts'
import type { CommandLine, Verb } from './verb.ts'

/** STARTTLS (RFC 3207). What the client sent behind it in clear is dropped, not refused. */
export const startTls: Verb = {
  afterHello: true,
  run: (conversation, line) =>
    upgrade(conversation, line, { offers: offersStartTls, use: 'Public' }),
}

/** TLS with the certificate that only our own services have, in both directions. */
export const anonymousTls: Verb = {
  afterHello: true,
  run: (conversation, line) =>
    upgrade(conversation, line, { offers: offersAnonymousTls, use: 'Internal' }),
}

interface Upgrade {
  readonly offers: (facts: ExtensionFacts) => boolean
  readonly use: CertificateUse
}

function upgrade(
  conversation: Conversation,
  { argument }: CommandLine,
  { offers, use }: Upgrade,
): Awaitable<Outcome> {
  if (conversation.tls !== undefined) return say(tlsAlreadyStarted)
  if (!offers(conversation.extensionFacts)) return say(unrecognizedCommand)
  if (argument !== '') return say(invalidArguments)
  const agents = conversation.agentsAt('OnStartTlsCommand')
  if (agents === undefined) return begin(conversation, use)
  const goOn = () => begin(conversation, use)
  return askAgents(conversation, agents, { event: 'OnStartTlsCommand' }, goOn)
}

function begin(conversation: Conversation, certificate: CertificateUse): Outcome {
  conversation.abandonTransaction()
  return { kind: 'start-tls', reply: tlsReady, certificate }
}
