import { type Reply, reply } from './reply.ts'

/**
 * The replies of the server side, in Exchange's words. Those that Exchange documents or was seen to
 * give are verbatim; texts of other commands follow its style.
 */

// The normal way of a session.
export const tlsReady = reply('220 2.0.0 SMTP server ready')
export const closing = reply('221 2.0.0 Service closing transmission channel')
export const authenticationSuccessful = reply('235 2.7.0 Authentication successful')
export const noopOk = reply('250 2.0.0 OK')
export const resetting = reply('250 2.0.0 Resetting')
export const senderOk = reply('250 2.1.0 Sender OK')
export const recipientOk = reply('250 2.1.5 Recipient OK')
export const cannotVerify = reply('252 2.1.5 Cannot VRFY user')
export const loginUserNamePrompt = reply('334 VXNlcm5hbWU6')
export const loginPasswordPrompt = reply('334 UGFzc3dvcmQ6')
export const authenticationContinue = reply('334 ')
export const startMailInput = reply('354 Start mail input; end with <CRLF>.<CRLF>')

/** Answer to a BDAT chunk that is not the last. */
export function chunkReceived(octets: number): Reply {
  return reply(`250 2.6.0 CHUNK received OK, ${octets} octets`)
}

/** Answer to an accepted message. `messageId` is the header's value with its angle brackets. */
export function queuedForDelivery(messageId: string, internalId: number, hostname: string): Reply {
  const facts = `[InternalId=${internalId}, Hostname=${hostname}]`
  return {
    code: 250,
    enhanced: '2.6.0',
    lines: [`${messageId} ${facts} Queued mail for delivery`],
  }
}

/** The verbs a client may use, one line each. */
export function help(verbs: readonly string[]): Reply {
  return { code: 214, lines: ['This server supports the following commands:', verbs.join(' ')] }
}

// Commands that are wrong in themselves or in their place.
export const unrecognizedCommand = reply('500 5.3.3 Unrecognized command')
export const lineTooLong = reply('500 5.5.2 Line too long')
export const bareLineEnd = reply('501 5.5.2 Line must end in CR LF')
export const invalidArguments = reply('501 5.5.4 Invalid arguments')
export const invalidDomainName = reply('501 5.5.4 Invalid domain name')
export const invalidSenderAddress = reply('501 5.1.7 Invalid address')
export const invalidRecipientAddress = reply('501 5.1.3 Invalid address')
export const sendHelloFirst = reply('503 5.5.2 Send hello first')
export const senderAlreadySpecified = reply('503 5.5.2 Sender already specified')
export const needMailCommand = reply('503 5.5.2 Need mail command')
export const needRcptCommand = reply('503 5.5.2 Need rcpt command')
export const badSequence = reply('503 5.5.1 Bad sequence of commands')
export const improperPipelining = reply('554 5.5.0 Improper use of SMTP command pipelining')
export const unrecognizedParameter = reply('555 5.5.4 Unsupported parameter')
export const utf8AddressNotAllowed = reply(
  '553 5.6.7 Address with non-ASCII characters needs the SMTPUTF8 parameter',
)

// Authentication and TLS.
export const startTlsRequired = reply('451 5.7.3 STARTTLS is required to send mail')
export const temporaryAuthenticationFailure = reply('454 4.7.0 Temporary authentication failure')
export const authenticationCancelled = reply('501 5.7.0 Authentication cancelled')
export const invalidBase64 = reply('501 5.5.2 Cannot decode base64 data')
export const alreadyAuthenticated = reply('503 5.5.2 Already authenticated')
export const tlsAlreadyStarted = reply('503 5.5.2 TLS is already started')
export const unrecognizedAuthentication = reply('504 5.7.4 Unrecognized authentication type')
export const notAuthenticated = reply(
  '530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM',
)
export const authenticationUnsuccessful = reply('535 5.7.3 Authentication unsuccessful')

// What a client may not do.
export const senderNotAllowed = reply(
  '550 5.7.60 SMTP; Client does not have permissions to send as this sender',
)
export const anonymousSenderNotAllowed = reply(
  '550 5.7.1 Anonymous client does not have permission to send as this sender',
)
export const submissionNotAllowed = reply(
  '550 5.7.1 Client does not have permissions to submit to this server',
)
/** Told after DATA, where Exchange would take the message and send an NDR. */
export const envelopeLimitExceeded = reply('550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients')
export const relayDenied = reply(
  '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain',
)
/** A recipient that the directory does not know, as a Mailbox server says it. */
export const recipientNotFound = reply(
  '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
)
/** The same by the Recipient Filter of an Edge server. */
export const userUnknown = reply('550 5.1.1 User unknown')
/** A group whose messages wait for a moderator in Exchange. */
export const moderatedRecipient = reply('550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized')
export const reservedTopLevel = reply('550 5.1.4 Recipient address reserved by RFC 2606')
export const reservedSecondLevel = reply('550 5.1.5 Recipient address reserved by RFC 2606')
export const reservedSingleLabel = reply(
  '550 5.1.6 Recipient addresses in single label domains not accepted',
)

// Limits of a message.
export const tooManyRecipients = reply('452 4.5.3 Too many recipients')
export const bareLinefeedRejected = reply('550 5.6.11 Message contains a bare line feed')
export const nulRejected = reply('550 5.6.0 Message contains a NUL character')
export const messageTooLarge = reply('552 5.3.4 Message size exceeds fixed maximum message size')
export const sentMessageTooLarge = reply(
  '550 5.2.3 RESOLVER.RST.SendSizeLimit.Org; message too large for this organization',
)
export const headersTooLarge = reply('552 5.3.4 Header size exceeds fixed maximum size')
export const hopCountExceeded = reply('554 5.4.6 Hop count exceeded - possible mail loop')

// Limits of a connection; each of the 421 replies and the inactivity one is followed by a close.
export const connectionTimedOut = reply('421 4.4.1 Connection timed out')
export const inactivityTimeout = reply('451 4.7.0 Timeout waiting for client input')
export const messageRateExceeded = reply(
  '421 4.4.2 Message submission rate for this client has exceeded the configured limit',
)
export const tooManyErrors = reply(
  '421 4.7.0 Too many errors on this connection, closing transmission channel',
)
export const tooManyConnections = reply(
  '421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel',
)
export const connectionRateExceeded = reply(
  '421 4.3.2 The maximum connection rate has exceeded a limit, closing transmission channel',
)

// The state of the server.
export const serviceNotAvailable = reply(
  '421 4.3.2 Service not available, closing transmission channel',
)
/** The queue takes no more; unlike a 421 it leaves the connection to the session. */
export const serviceNotActive = reply('451 4.3.2 Service not active')
/** An agent did not answer, or answered what cannot be done; the program log names it. */
export const agentUnavailable = reply(
  '451 4.7.0 Temporary server error. Please try again later. AGENT',
)
/** An agent puts it off without words of its own. */
export const tryAgainLater = reply('451 4.7.1 Please try again later')
export const temporaryFault = reply('451 4.3.0 Temporary server error. Please try again later')
/** RFC 3463 3.5, X.4.3: a directory server that is needed cannot be asked. */
export const directoryUnavailable = reply(
  '451 4.4.3 Temporary server error. Please try again later',
)
export const insufficientResources = reply('452 4.3.1 Insufficient system resources')

/** The front end's answer when the back end cannot be asked; `proxyCode` tells administrators why. */
export function temporaryServerError(proxyCode: number): Reply {
  return reply(`451 4.7.0 Temporary server error. Please try again later. PRX${proxyCode}`)
}
