import { parseHelloDomain } from '../../smtp/hello.ts'
import { invalidDomainName } from '../../smtp/replies.ts'
import type { Conversation } from './conversation.ts'
import { announcedExtensions } from './extensions.ts'
import { helloLine } from './greeting.ts'
import { type Outcome, say, sayAndClose } from './outcome.ts'
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

function greet(conversation: Conversation, argument: string, extended: boolean): Outcome {
  const { connector, fqdn, remote } = conversation
  const name = parseHelloDomain(argument)
  if (typeof name !== 'string') return say(name)
  if (name === '' && connector.RequireEHLODomain) return sayAndClose(invalidDomainName)
  conversation.greet({ name, extended })
  const extensions = extended ? announcedExtensions(conversation.extensionFacts) : []
  return say({ code: 250, lines: [helloLine(fqdn, remote), ...extensions] })
}
