import type { Awaitable } from '../../base/awaitable.ts'
import { parseHelloDomain } from '../../smtp/hello.ts'
import { invalidDomainName } from '../../smtp/replies.ts'
import type { Conversation, Hello } from './conversation.ts'
import { announcedExtensions } from './extensions.ts'
import { helloLine } from './greeting.ts'
import { type Outcome, say, sayAndClose } from './outcome.ts'
import { askAgents } from './session-agents.ts'
import type { Verb } from './verb.ts'

/** HELO (RFC 5321 4.1.1.1). */
export const helo: Verb = {
  endsPipelining: true,
  idle: true,
  spoilt: say(invalidDomainName),
  run: (conversation, { argument }) => greet(conversation, argument, false),
}

/** EHLO. */
export const ehlo: Verb = {
  endsPipelining: true,
  idle: true,
  spoilt: say(invalidDomainName),
  run: (conversation, { argument }) => greet(conversation, argument, true),
}

function greet(
  conversation: Conversation,
  argument: string,
  extended: boolean,
): Awaitable<Outcome> {
  const name = parseHelloDomain(argument)
  if (typeof name !== 'string') return say(name)
  if (name === '' && conversation.connector.RequireEHLODomain) return sayAndClose(invalidDomainName)
  const event = extended ? 'OnEhloCommand' : 'OnHeloCommand'
  const agents = conversation.agentsAt(event)
  const hello: Hello = { name, extended }
  if (agents === undefined) return greeted(conversation, hello)
  return askAgents(conversation, agents, { event, name }, () => greeted(conversation, hello))
}

function greeted(conversation: Conversation, hello: Hello): Outcome {
  const { fqdn, remote } = conversation
  conversation.greet(hello)
  const extensions = hello.extended ? announcedExtensions(conversation.extensionFacts) : []
  return say({ code: 250, lines: [helloLine(fqdn, remote), ...extensions] })
}
