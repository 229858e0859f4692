import type { Awaitable } from '../../base/awaitable.ts'
import type { Bytes } from '../../base/byte-size.ts'
import {
  badSequence,
  chunkReceived,
  headersTooLarge,
  invalidArguments,
  messageTooLarge,
  needMailCommand,
  needRcptCommand,
  sendHelloFirst,
  startMailInput,
  unrecognizedCommand,
} from '../../smtp/replies.ts'
import { type Reply, isPositive, replyText } from '../../smtp/reply.ts'
import type { Arrival, ContentFaults } from './arrival.ts'
import type { Conversation } from './conversation.ts'
import { maxMessageSize } from './mail-verbs.ts'
import { type Outcome, say, sayAndClose } from './outcome.ts'
import type { Verb } from './verb.ts'

/** DATA (RFC 5321 4.1.1.4). */
export const data: Verb = {
  afterHello: true,
  endsPipelining: true,
  run(conversation, { argument }) {
    if (argument !== '') return say(invalidArguments)
    const arrival = readyForContent(conversation)
    if ('code' in arrival) return say(arrival)
    if (arrival.hasContent) return say(badSequence)
    return startContent(conversation, arrival, {
      accepted: () => ({ kind: 'read-content', reply: startMailInput, arrival }),
      refused: say,
    })
  },
}

/** A size that no client means; reading it to the end would only hold the connection. */
const absurdChunk: Bytes = 2 ** 40
/** A chunk below, but the last, costs more than it brings. */
const smallChunk: Bytes = 512

/** BDAT (RFC 3030). Octets that cannot be used are read all the same, or the connection ends. */
export const bdat: Verb = {
  spoilt: sayAndClose(invalidArguments),
  repeats: true,
  run(conversation, { argument }) {
    const { connector } = conversation
    const match = /^(\d{1,20})( LAST)?$/i.exec(argument)
    const octets = Number(match?.[1])
    if (!connector.ChunkingEnabled) return sayAndClose(unrecognizedCommand)
    if (match === null || octets > absurdChunk) return sayAndClose(invalidArguments)
    const chunk: Chunk = { octets, last: match[2] !== undefined }
    const arrival = readyForContent(conversation)
    if ('code' in arrival) return dropChunk(chunk, arrival)
    if (arrival.hasContent) return readChunk(conversation, arrival, chunk)
    if (octets > maxMessageSize(conversation)) {
      conversation.abandonTransaction()
      return dropChunk(chunk, messageTooLarge)
    }
    return startContent(conversation, arrival, {
      accepted: () => readChunk(conversation, arrival, chunk),
      refused: (refusal) => dropChunk(chunk, refusal),
    })
  },
}

interface Chunk {
  readonly octets: Bytes
  readonly last: boolean
}

function readyForContent({ phase }: Conversation): Arrival | Reply {
  if (phase.kind === 'connected') return sendHelloFirst
  if (phase.kind === 'ready') return needMailCommand
  return phase.arrival.recipients === 0 ? needRcptCommand : phase.arrival
}

interface ContentAnswers {
  readonly accepted: () => Outcome
  readonly refused: (refusal: Reply) => Outcome
}

function startContent(
  conversation: Conversation,
  arrival: Arrival,
  { accepted, refused }: ContentAnswers,
): Awaitable<Outcome> {
  const answer = (refusal: Reply | undefined): Outcome => {
    if (refusal !== undefined) {
      conversation.abandonTransaction()
      return refused(refusal)
    }
    return accepted()
  }
  const started = arrival.startContent()
  return started instanceof Promise ? started.then(answer) : answer(started)
}

function readChunk(conversation: Conversation, arrival: Arrival, chunk: Chunk): Outcome {
  const finished = () => chunkRead(conversation, arrival, chunk)
  return { kind: 'read-chunk', octets: chunk.octets, arrival, finished }
}

/** The message is whole: commits it, and answers with what the sink says. */
export async function concludeMessage(
  conversation: Conversation,
  arrival: Arrival,
  faults?: ContentFaults,
): Promise<Outcome> {
  const reply = await arrival.end(faults)
  conversation.endTransaction()
  if (isPositive(reply)) conversation.log.catchUp()
  if (isHeaderRefusal(reply)) return sayAndClose(reply)
  return { kind: 'reply', reply, effect: 'message' }
}

/** Exchange ends the session after a header above MaxHeaderSize; behind a front end the text tells. */
function isHeaderRefusal(reply: Reply): boolean {
  return replyText(reply) === replyText(headersTooLarge)
}

function chunkRead(
  conversation: Conversation,
  arrival: Arrival,
  { octets, last }: Chunk,
): Awaitable<Outcome> {
  if (last) return concludeMessage(conversation, arrival)
  if (arrival.refusal !== undefined) return say(arrival.refusal)
  const crumb = octets < smallChunk
  return { kind: 'reply', reply: chunkReceived(octets), ...(crumb && { effect: 'crumb' }) }
}

function dropChunk({ octets }: Chunk, refusal: Reply): Outcome {
  return { kind: 'read-chunk', octets, finished: () => say(refusal) }
}
