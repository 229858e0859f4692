import type { Awaitable } from '../base/awaitable.ts'
import { splitCommand } from '../smtp/command.ts'
import {
  improperPipelining,
  sendHelloFirst,
  tooManyErrors,
  unrecognizedCommand,
} from '../smtp/replies.ts'
import type { Reply } from '../smtp/reply.ts'
import type { Conversation } from './conversation.ts'
import { type Outcome, say, sayAndClose } from './outcome.ts'
import { verbs } from './verb-table.ts'
import type { Verb } from './verb.ts'

/** Verbs in a row that do nothing for mail before each further one counts as an error. */
const maxIdleVerbs = 100
/** AUTH that no verb was found in: it may hold credentials all the same. */
const spoiltAuth = /^[^A-Za-z]*AUTH\b/i
const httpRequest = /^[A-Z]{3,8} \S+ HTTP\/\d/

/** Finds the verb of a command line and applies the rules that hold for all of them. */
export class CommandDispatch {
  readonly #conversation: Conversation
  #errors = 0
  #idleVerbs = 0

  constructor(conversation: Conversation) {
    this.#conversation = conversation
  }

  /** `pipelined`: the client sent more behind this line. */
  dispatch(line: Buffer, pipelined: boolean): Awaitable<Outcome> {
    const command = splitCommand(line)
    const verb = command === undefined ? undefined : verbs.get(command.verb)
    if (command === undefined || verb === undefined) return this.#unknown(line.toString('latin1'))
    this.#logCommand(command.verb, command.argument)
    const refusal = this.#refusal(verb, pipelined)
    if (refusal !== undefined) return refusal
    return verb.run(this.#conversation, { argument: command.argument, pipelined })
  }

  /** Counts a reply that is an error of protocol; true for one more than MaxProtocolErrors. */
  overstepped({ code }: Reply): boolean {
    const isError = (code >= 500 && code <= 504) || code === 555
    return isError && this.#countError()
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
    if (verb.idle !== true) this.#idleVerbs = 0
    else if (++this.#idleVerbs > maxIdleVerbs && this.#countError())
      return sayAndClose(tooManyErrors)
    if (verb.afterHello === true && this.#conversation.phase.kind === 'connected')
      return say(sendHelloFirst)
    if (pipelined && verb.endsPipelining === true && this.#conversation.tarpitted)
      return sayAndClose(improperPipelining)
    return undefined
  }

  #countError(): boolean {
    return ++this.#errors > this.#conversation.connector.MaxProtocolErrors
  }
}
