import type { Awaitable } from '../../base/awaitable.ts'
import type { Principal } from '../../message/message-sink.ts'
import {
  type HandedOverSession,
  parseXProxy,
  parseXProxyFrom,
  parseXProxyTo,
} from '../../proxy/xproxy-command.ts'
import {
  badSequence,
  directoryUnavailable,
  improperPipelining,
  submissionNotAllowed,
  unrecognizedCommand,
} from '../../smtp/replies.ts'
import { type Reply, reply } from '../../smtp/reply.ts'
import type { KnownUser } from '../users/user-directory.ts'
import { type Conversation, userPrincipal } from './conversation.ts'
import { offersTunnel } from './extensions.ts'
import { type Outcome, say, sayAndClose } from './outcome.ts'
import type { Verb } from './verb.ts'

/** A front end of ours hands over a client that has no account. */
export const xProxyFrom: Verb = {
  afterHello: true,
  run: (conversation, { argument }) =>
    handOver(conversation, parseXProxyFrom(argument), handedOverFrom),
}

/** A front end of ours hands over a client that authenticated there. */
export const xProxy: Verb = {
  afterHello: true,
  run: (conversation, { argument }) => handOver(conversation, parseXProxy(argument), handedOver),
}

/** The Transport service asks the front end for a connection to a next hop; it becomes this session's. */
export const xProxyTo: Verb = {
  afterHello: true,
  async run(conversation, { argument, pipelined }) {
    const { tunnel } = conversation.services
    if (tunnel === undefined || !offersTunnel(conversation.extensionFacts))
      return say(unrecognizedCommand)
    if (conversation.phase.kind === 'transaction') return say(badSequence)
    const request = parseXProxyTo(argument)
    if ('code' in request) return say(request)
    if (pipelined) return sayAndClose(improperPipelining)
    const opened = await tunnel.open(request, conversation.ended)
    return 'code' in opened ? say(opened) : { kind: 'tunnel', tunnel: opened }
  },
}

const handedOverFrom = reply('250 2.0.0 XProxyFrom accepted')
const handedOver = reply('250 2.0.0 XProxy accepted')

/** The rights are exactly those that the front end's connector granted. */
function handOver(
  conversation: Conversation,
  session: HandedOverSession | Reply,
  accepted: Reply,
): Awaitable<Outcome> {
  if (!conversation.peer.permissions.has('SMTPAcceptXProxyFrom')) return say(unrecognizedCommand)
  if (conversation.phase.kind === 'transaction') return say(badSequence)
  if ('code' in session) return say(session)
  const take = (principal: Principal | Reply) => {
    if ('code' in principal) return say(principal)
    const { client, limits, permissions } = session
    conversation.handOver({ client, limits, identity: { principal, permissions } })
    return say(accepted)
  }
  const principal = principalOf(conversation, session)
  return principal instanceof Promise ? principal.then(take) : take(principal)
}

/**
 * What the front end took the client for, whatever it would be on our own connector: XPROXY comes for
 * users alone. A Reply refuses an account that does not exist (any more), or that nobody can tell of.
 */
function principalOf(
  conversation: Conversation,
  { client, permissions, source, userName }: HandedOverSession,
): Awaitable<Principal | Reply> {
  if (userName !== undefined) {
    const known = conversation.services.users.known(userName)
    return known instanceof Promise ? known.then(principalOfUser) : principalOfUser(known)
  }
  if (source === 'Anonymous') return { kind: 'Anonymous' }
  return permissions.has('AcceptOrganizationHeaders')
    ? { kind: 'ExchangeServer', name: client.helloName }
    : { kind: 'ExternallySecured' }
}

function principalOfUser(known: KnownUser): Principal | Reply {
  switch (known.kind) {
    case 'found':
      return userPrincipal(known.user)
    case 'unknown':
      return submissionNotAllowed
    case 'unavailable':
      return directoryUnavailable
  }
}
