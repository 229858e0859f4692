import type { Awaitable } from '../../base/awaitable.ts'
import { type Command, splitCommand } from '../../smtp/command.ts'
import {
  improperPipelining,
  invalidArguments,
  sendHelloFirst,
  unrecognizedCommand,
} from '../../smtp/replies.ts'
import type { Conversation } from './conversation.ts'
import { type Outcome, say, sayAndClose } from './outcome.ts'
import { SessionErrors } from './session-errors.ts'
import { verbs } from './verb-table.ts'
import { askAgents } from './session-agents.ts'
import type { CommandLine, Verb } from './verb.ts'

const httpRequest = /^[A-Z]{3,8} \S+ HTTP\/\d/

/** Finds the verb of a command line and applies the rules that hold for all of them. */
export class CommandDispatch {
  readonly #conversation: Conversation
  readonly #errors = new SessionErrors()
  /** The one said last, where it was one. */
  #verb: Verb | undefined
  #command = ''

  constructor(conversation: Conversation) {
    this.#conversation = conversation
  }

  /** `pipelined`: the client sent more behind this line. */
  dispatch(line: Buffer, pipelined: boolean): Awaitable<Outcome> {
    const command = splitCommand(line)
    const verb = verbs.get(command.verb)
    this.#verb = verb
    this.#command = command.verb
    if (verb === undefined) return this.#unknown(command, line)
    this.#conversation.authenticating = command.verb === 'AUTH'
    this.#conversation.log.command(command)
    const refusal = this.#refusal(verb, pipelined)
    if (refusal !== undefined) return refusal
    if (command.isSpoilt) return verb.spoilt ?? say(invalidArguments)
    return this.#perform(verb, { argument: command.argument, pipelined })
  }

  /** The verb of the line taken last. */
  get command(): string {
    return this.#command
  }

  /**
   * Judges what came of the command taken last; true for one error more than MaxProtocolErrors. A front
   * end of ours has judged its clients itself, and the next one is not to suffer for them.
   */
  overstepped(outcome: Outcome & { readonly kind: 'reply' }): boolean {
    const { connector, peer } = this.#conversation
    if (peer.permissions.has('SMTPAcceptXProxyFrom')) return false
    return this.#errors.count(this.#verb, outcome) > connector.MaxProtocolErrors
  }

  #perform(verb: Verb, line: CommandLine): Awaitable<Outcome> {
    const { event } = verb
    const agents = event && this.#conversation.agentsAt(event)
    if (event === undefined || agents === undefined) return verb.run(this.#conversation, line)
    const goOn = () => verb.run(this.#conversation, line)
    return askAgents(this.#conversation, agents, { event }, goOn)
  }

  #unknown(command: Command, line: Buffer): Outcome {
    const { authenticating, log } = this.#conversation
    log.unknownCommand(command, authenticating)
    const isHttp = httpRequest.test(line.toString('latin1'))
    return isHttp ? sayAndClose(unrecognizedCommand) : say(unrecognizedCommand)
  }

  #refusal(verb: Verb, pipelined: boolean): Outcome | undefined {
    if (verb.afterHello === true && this.#conversation.phase.kind === 'connected')
      return say(sendHelloFirst)
    if (pipelined && verb.endsPipelining === true && this.#conversation.tarpitted)
      return sayAndClose(improperPipelining)
    return undefined
  }
}
