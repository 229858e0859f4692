import type { Awaitable } from '../../base/awaitable.ts'
import { type Input, InputFramer } from '../../smtp/input-framer.ts'
import { bareLineEnd, lineTooLong } from '../../smtp/replies.ts'
import { CommandDispatch } from './command-dispatch.ts'
import type { ContentFaults } from './arrival.ts'
import { concludeMessage } from './content-verbs.ts'
import type { Conversation } from './conversation.ts'
import { type AnswerHandler, type Outcome, say } from './outcome.ts'

/** Room for AUTH with a long token (RFC 4954 4); far above what other commands need. */
const maxLineLength = 12_288

/** What a session's next input is for. */
type Expectation =
  | { readonly kind: 'command' }
  | { readonly kind: 'answer'; readonly answered: AnswerHandler }
  | (Outcome & { readonly kind: 'read-content' | 'read-chunk' })

const commandExpected: Expectation = { kind: 'command' }

/** What the client sent and nobody took yet, and what the next of it is for. */
export class SessionInput {
  readonly #conversation: Conversation
  readonly #framer = new InputFramer({ maxLineLength })
  readonly #dispatch: CommandDispatch
  #expects: Expectation = commandExpected

  constructor(conversation: Conversation) {
    this.#conversation = conversation
    this.#dispatch = new CommandDispatch(conversation)
  }

  /** Octets wait that no input has given out. */
  get waits(): boolean {
    return this.#framer.hasInput
  }

  /** Neither content nor an answer to a question is under way. */
  get betweenCommands(): boolean {
    return this.#expects.kind === 'command'
  }

  /** Adds octets; the chunk belongs to the input. */
  push(chunk: Buffer): void {
    this.#framer.push(chunk)
  }

  /** The next input; undefined until more octets come. */
  next(): Input | undefined {
    return this.#framer.next()
  }

  /** Forgets what waits, and expects a command (after STARTTLS, RFC 3207 4.2). */
  discard(): void {
    this.#framer.discard()
  }

  /** The verb of the command taken last. */
  get command(): string {
    return this.#dispatch.command
  }

  /** Whether the reply is one error more than MaxProtocolErrors. */
  overstepped(outcome: Outcome & { readonly kind: 'reply' }): boolean {
    return this.#dispatch.overstepped(outcome)
  }

  /** Does what the input is for. */
  take(input: Input): Awaitable<Outcome | undefined> {
    switch (input.kind) {
      case 'line':
        return this.#takeLine(input.line)
      case 'bad-line':
        this.#expects = commandExpected
        this.#conversation.log.note(`Refused a line: ${input.reason}`)
        return say(input.reason === 'too-long' ? lineTooLong : bareLineEnd)
      case 'content':
        return this.#passContent(input.chunk)
      case 'content-end':
        return this.#endContent(input)
      case 'chunk-end': {
        const expected = this.#taken()
        return expected.kind === 'read-chunk' ? expected.finished() : undefined
      }
    }
  }

  /** The next line answers a question of ours. */
  expectAnswer(answered: AnswerHandler): void {
    this.#expects = { kind: 'answer', answered }
  }

  /** The next octets are content. */
  expectContent(expected: Outcome & { readonly kind: 'read-content' | 'read-chunk' }): void {
    this.#expects = expected
    if (expected.kind === 'read-content') this.#framer.startData()
    else this.#framer.startChunk(expected.octets)
  }

  /** What was expected; from now on a command is. */
  #taken(): Expectation {
    const expected = this.#expects
    this.#expects = commandExpected
    return expected
  }

  #takeLine(line: Buffer): Awaitable<Outcome> {
    if (this.#expects.kind !== 'answer') return this.#dispatch.dispatch(line, this.#framer.hasInput)
    const { answered } = this.#expects
    this.#expects = commandExpected
    return answered(line)
  }

  /** Passes octets of content to where they belong; those that nobody wants are dropped. */
  #passContent(chunk: Buffer): Awaitable<undefined> {
    const written = this.#writeContent(chunk)
    return written instanceof Promise ? written.then(() => undefined) : undefined
  }

  #writeContent(chunk: Buffer): Awaitable<void> {
    const expected = this.#expects
    switch (expected.kind) {
      case 'read-content':
        return expected.arrival.write(chunk)
      case 'read-chunk':
        return expected.arrival?.writeOctets(chunk)
      case 'command':
      case 'answer':
        return undefined
    }
  }

  #endContent(faults: ContentFaults): Awaitable<Outcome | undefined> {
    const expected = this.#taken()
    if (expected.kind !== 'read-content') return undefined
    return concludeMessage(this.#conversation, expected.arrival, faults)
  }
}
