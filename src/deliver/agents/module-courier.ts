import { ModuleProcess } from '../../agents/host/module-process.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { ProgramLog } from '../../base/program-log.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'
import type { ConnectivitySession } from '../../logs/connectivity-log.ts'
import { plainText } from '../../message/header-text.ts'
import { StoreError, type StoredContent } from '../../queue/queue-store.ts'
import type { Copy } from '../../queue/stored-message.ts'
import { type HandedOver, unreadable } from '../handing-over.ts'
import { leavingContent } from '../leaving-content.ts'
import type { PeerWatch } from '../peer-watch.ts'
import type { Courier } from './courier.ts'
import { timeLimits } from './delivery-agent-connector.ts'
import {
  type FromModule,
  isFromModule,
  type ModuleStart,
  type ToModule,
} from './module-messages.ts'
import { outcomesOf } from './module-outcomes.ts'

type Said = Exclude<FromModule, { kind: 'crashed' }>

export interface ModuleCourierOptions {
  readonly start: ModuleStart
  readonly store: StoredContent
  readonly watch: PeerWatch
  readonly session: ConnectivitySession
  readonly clock: Clock
  readonly logger: ProgramLog
  /** How long the module may take to its next sign: a piece that it asks for, or its result. */
  readonly timeLimit?: Milliseconds
}

const program = new URL('./delivery-process.ts', import.meta.url)
/** Octets that a module may take beside those of Node.js, on its heap and off it. */
const maxMemory = 256 * 1024 ** 2
/** What a module prints is logged up to so many lines for each connection. */
const mostPrinted = 100

/** Has an ES module deliver, in a process of its own that ends with the connection. */
export class ModuleCourier implements Courier {
  readonly #options: ModuleCourierOptions
  readonly #process: ModuleProcess
  readonly #gone = Promise.withResolvers<undefined>()
  /** Messages that it was given. */
  #count = 0
  /** Why the process is gone. */
  #ended: string | undefined
  /** What the process is waited for to say. */
  #listener: { readonly hear: (said: Said) => void; readonly end: (why: string) => void }

  constructor(options: ModuleCourierOptions) {
    this.#options = options
    this.#listener = { hear: () => undefined, end: () => undefined }
    this.#process = new ModuleProcess({
      program,
      // What the service was started with is not the module's business; `Settings` are.
      environment: {},
      maxMemory,
      memoryName: 'it may',
      listener: {
        onMessage: (message) => this.#hear(message),
        onLine: this.#logLine(),
        onEnd: (reason) => this.#end(`it ${reason}`),
      },
    })
    this.#say({ kind: 'start', start: options.start, maxMemory })
  }

  async handOver(copy: Copy): Promise<HandedOver> {
    const { session, logger, watch, start } = this.#options
    const { message, recipients } = copy
    try {
      const outcomes = await this.#deliver(copy)
      const results = outcomesOf(outcomes, recipients)
      if (results === undefined) throw new Error('what it returned is no list of outcomes')
      const delivered = results.filter(({ outcome }) => outcome === 'delivered').length
      if (delivered > 0) session.carried(message.size, delivered)
      return { results }
    } catch (error) {
      if (error instanceof StoreError) return unreadable(copy, error, logger)
      const reason = `451 4.4.0 The delivery agent of "${start.connector}" failed: ${textOf(error)}`
      return { results: [], end: { kind: 'unreachable', error: reason } }
    } finally {
      watch.goOn()
    }
  }

  async close(): Promise<void> {
    this.#process.kill('was ended with its connection')
    await this.#gone.promise
  }

  /** What the module returned for the copy. Rejects with its reason, or with a StoreError. */
  async #deliver(copy: Copy): Promise<unknown> {
    const { store, clock, watch, timeLimit = timeLimits.usual } = this.#options
    const { pieces } = await leavingContent(store, copy.message)
    if (this.#ended !== undefined) throw new Error(this.#ended)
    const of = ++this.#count
    const content = { of, pieces: pieces[Symbol.asyncIterator]() }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const late = () => reject(new Error(`it gave no sign within ${timeLimit / second} s`))
    let timer: Timer = clock.after(timeLimit, late)
    const giveUp = () => reject(new Error(textOf(watch.signal.reason)))
    watch.signal.addEventListener('abort', giveUp, { once: true })
    watch.waitFor('envelope', 'the delivery agent')
    this.#listener = {
      hear: (said) => {
        timer.cancel()
        timer = clock.after(timeLimit, late)
        if (said.kind === 'done') resolve(said.outcomes)
        else if (said.kind === 'failed') reject(new Error(said.reason))
        else this.#sendPiece(content).catch(reject)
      },
      end: (why) => reject(new Error(why)),
    }
    this.#say({ kind: 'deliver', of, message: factsOf(copy) })
    try {
      return await promise
    } finally {
      timer.cancel()
      watch.signal.removeEventListener('abort', giveUp)
    }
  }

  async #sendPiece({ of, pieces }: Content): Promise<void> {
    const next = await pieces.next()
    // Sending copies it: the piece's memory is filled anew.
    this.#say({ kind: 'piece', of, ...(next.done !== true && { piece: next.value }) })
  }

  #say(message: ToModule): void {
    this.#process.send(message)
  }

  #hear(said: unknown): void {
    if (!isFromModule(said)) return
    if (said.kind === 'crashed') this.#process.crashed(said.reason)
    // One that went on reading a message of before gets nothing of this one.
    else if (said.of === this.#count) this.#listener.hear(said)
  }

  #end(why: string): void {
    this.#ended ??= why
    this.#listener.end(this.#ended)
    this.#gone.resolve(undefined)
  }

  #logLine(): (line: string) => void {
    const { logger, start } = this.#options
    let printed = 0
    return (line) => {
      if (++printed > mostPrinted) return
      const text = plainText(line, 1000)
      logger.info({ connector: start.connector, text }, 'a delivery agent printed')
    }
  }
}

/** The content of the message of that number. */
interface Content {
  readonly of: number
  readonly pieces: AsyncIterator<Buffer>
}

function factsOf({ message, recipients }: Copy) {
  return {
    sender: message.envelope.sender,
    recipients: recipients.map(({ address }) => address),
    messageId: message.messageId,
    networkMessageId: message.networkMessageId ?? '',
    subject: message.subject,
    size: message.size,
  }
}

function textOf(error: unknown): string {
  return plainText(error instanceof Error ? error.message : String(error), 500)
}
