import type { Awaitable } from '../base/awaitable.ts'
import { splitCommand } from '../smtp/command.ts'
import { improperPipelining, sendHelloFirst, unrecognizedCommand } from '../smtp/replies.ts'
import type { Conversation } from './conversation.ts'
import { type Outcome, say, sayAndClose } from './outcome.ts'
import { SessionErrors } from './session-errors.ts'
import { verbs } from './verb-table.ts'
import type { Verb } from './verb.ts'

/** AUTH that no verb was found in: it may hold credentials all the same. */
const spoiltAuth = /^[^A-Za-z]*AUTH\b/i
const httpRequest = /^[A-Z]{3,8} \S+ HTTP\/\d/

/** Finds the verb of a command line and applies the rules that hold for all of them. */
export class CommandDispatch {
  readonly #conversation: Conversation
  readonly #errors = new SessionErrors()
  /** The one said last, where it was one. */
  #verb: Verb | undefined

  constructor(conversation: Conversation) {
    this.#conversation = conversation
  }

  /** `pipelined`: the client sent more behind this line. */
  dispatch(line: Buffer, pipelined: boolean): Awaitable<Outcome> {
    const command = splitCommand(line)
    const verb = command === undefined ? undefined : verbs.get(command.verb)
    this.#verb = verb
    if (command === undefined || verb === undefined) return this.#unknown(line.toString('latin1'))
    this.#logCommand(command.verb, command.argument)
    const refusal = this.#refusal(verb, pipelined)
    if (refusal !== undefined) return refusal
    return verb.run(this.#conversation, { argument: command.argument, pipelined })
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

  #unknown(text: string): Outcome {
    const { authenticating, log } = this.#conversation
    if (authenticating || spoiltAuth.test(text)) log.maskedCommand()
    else log.command(text)
    return httpRequest.test(text) ? sayAndClose(unrecognizedCommand) : say(unrecognizedCommand)
  }

  /** What follows AUTH's mechanism may be credentials. */
  #logCommand(verb: string, argument: string): void {
    this.#conversation.authenticating = verb === 'AUTH'
    const shown = verb === 'AUTH' ? (argument.split(' ', 1)[0] ?? '') : argument
    this.#conversation.log.command(shown === '' ? verb : `${verb} ${shown}`)
  }

  #refusal(verb: Verb, pipelined: boolean): Outcome | undefined {
    if (verb.afterHello === true && this.#conversation.phase.kind === 'connected')
      return say(sendHelloFirst)
    if (pipelined && verb.endsPipelining === true && this.#conversation.tarpitted)
      return sayAndClose(improperPipelining)
    return undefined
  }
}
