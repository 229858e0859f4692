import type { Awaitable } from '../../base/awaitable.ts'
import {
  alreadyAuthenticated,
  authenticationCancelled,
  authenticationContinue,
  authenticationSuccessful,
  authenticationUnsuccessful,
  badSequence,
  invalidArguments,
  invalidBase64,
  loginPasswordPrompt,
  loginUserNamePrompt,
  temporaryAuthenticationFailure,
  tooManyErrors,
  unrecognizedAuthentication,
} from '../../smtp/replies.ts'
import type { Conversation, Identity } from './conversation.ts'
import { offersAuth } from './extensions.ts'
import { type Outcome, refusal, say } from './outcome.ts'
import { askAgents, objection } from './session-agents.ts'
import type { Credentials } from '../users/user-directory.ts'
import type { Verb } from './verb.ts'

/** AUTH with LOGIN and PLAIN (RFC 4954, RFC 4616). */
export const auth: Verb = {
  afterHello: true,
  endsPipelining: true,
  run(conversation, { argument }) {
    const [mechanism = '', initial, more] = argument.split(/ +/)
    if (conversation.extensionFacts.authenticated) return say(alreadyAuthenticated)
    if (conversation.phase.kind === 'transaction') return say(badSequence)
    if (mechanism === '') return say(invalidArguments)
    const known = mechanisms[mechanism.toUpperCase()]
    if (known === undefined || !offersAuth(conversation.extensionFacts))
      return refusal(conversation, unrecognizedAuthentication)
    if (more !== undefined) return say(invalidArguments)
    const agents = conversation.agentsAt('OnAuthCommand')
    if (agents === undefined) return known(conversation, initial)
    const question = { event: 'OnAuthCommand', mechanism: mechanism.toUpperCase() } as const
    return askAgents(conversation, agents, question, () => known(conversation, initial))
  },
}

type Mechanism = (conversation: Conversation, initial: string | undefined) => Awaitable<Outcome>

interface Attempt extends Credentials {
  readonly mechanism: string
}

const mechanisms: Readonly<Record<string, Mechanism>> = {
  LOGIN(conversation, initial) {
    const askPassword = (userName: string): Outcome => ({
      kind: 'challenge',
      reply: loginPasswordPrompt,
      answered: decoded((password) =>
        logOn(conversation, { mechanism: 'LOGIN', userName, password }),
      ),
    })
    const takeUserName = decoded(askPassword)
    if (initial !== undefined) return takeUserName(Buffer.from(initial))
    return { kind: 'challenge', reply: loginUserNamePrompt, answered: takeUserName }
  },
  PLAIN(conversation, initial) {
    const take = decoded((response) => plain(conversation, response))
    if (initial !== undefined) return take(Buffer.from(initial))
    return { kind: 'challenge', reply: authenticationContinue, answered: take }
  },
}

/** `authzid NUL authcid NUL password`; nobody may act for somebody else. */
function plain(conversation: Conversation, response: string): Awaitable<Outcome> {
  const [authorization = '', userName, password, more] = response.split('\0')
  if (userName === undefined || password === undefined || more !== undefined)
    return say(invalidArguments)
  const credentials = { mechanism: 'PLAIN', userName, password }
  const forSelf = authorization === '' || authorization.toLowerCase() === userName.toLowerCase()
  return forSelf
    ? logOn(conversation, credentials)
    : refuse(conversation, credentials, 'AccessDenied')
}

/** Wraps what takes a decoded answer: `*` cancels, and what is not base64 is refused. */
function decoded(take: (text: string) => Awaitable<Outcome>): (line: Buffer) => Awaitable<Outcome> {
  return (line) => {
    const text = line.toString('latin1')
    if (text === '*') return say(authenticationCancelled)
    if (text === '=') return take('')
    const wellFormed = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
    return wellFormed ? take(Buffer.from(text, 'base64').toString('utf8')) : say(invalidBase64)
  }
}

async function logOn(conversation: Conversation, credentials: Attempt): Promise<Outcome> {
  const result = await conversation.services.users.verify(credentials, conversation)
  switch (result.kind) {
    case 'refused':
      return refuse(conversation, credentials, 'LogonDenied')
    case 'unavailable':
      logFailure(conversation, credentials, result.reason)
      return say(temporaryAuthenticationFailure)
    case 'verified': {
      const identity = conversation.identityOf(result.user)
      if (!identity.permissions.has('SMTPSubmit'))
        return refuse(conversation, credentials, 'missing SMTPSubmit permission')
      const objected = await objectionTo(conversation, identity)
      if (objected !== undefined) return objected
      conversation.log.authenticated(result.user.UserName)
      conversation.authenticate(identity)
      return { kind: 'authenticated', reply: authenticationSuccessful }
    }
  }
}

/** What agents have against a client whose password is right. */
async function objectionTo(
  conversation: Conversation,
  identity: Identity,
): Promise<Outcome | undefined> {
  const event = 'OnEndOfAuthentication'
  const agents = conversation.agentsAt(event)
  if (agents === undefined) return undefined
  const failed = say(temporaryAuthenticationFailure)
  return objection(conversation, agents, { event }, { identity, failed })
}

function refuse(conversation: Conversation, credentials: Attempt, reason: string): Outcome {
  const { MaxLogonFailures, AuthTarpitInterval } = conversation.connector
  logFailure(conversation, credentials, reason)
  conversation.logonFailures++
  const delay = AuthTarpitInterval
  if (MaxLogonFailures === 0 || conversation.logonFailures < MaxLogonFailures)
    return { kind: 'reply', reply: authenticationUnsuccessful, delay }
  return { kind: 'close', replies: [authenticationUnsuccessful, tooManyErrors], delay }
}

function logFailure(
  { log, services }: Conversation,
  { mechanism, userName }: Attempt,
  reason: string,
): void {
  log.logonFailed(mechanism, services.users.find(userName)?.UserName, reason)
}
