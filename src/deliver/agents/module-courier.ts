import { Worker } from 'node:worker_threads'
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
  type ModuleStart,
  type ToModule,
  isFromModule,
} from './module-messages.ts'
import { outcomesOf } from './module-outcomes.ts'

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

/** Of the thread's heap, and as much outside of it. */
const maximumHeapMb = 128
/** How often it is looked at what the thread holds outside of its heap: V8 sets no limit to that. */
const memoryInterval: Milliseconds = second / 10
/** What a module prints is logged up to so many chunks for each connection. */
const mostPrinted = 100

/** Has an ES module deliver, in a thread of its own that ends with the connection. */
export class ModuleCourier implements Courier {
  readonly #options: ModuleCourierOptions
  readonly #worker: Worker
  #memoryWatch: Timer | undefined
  /** Messages that it was given. */
  #count = 0
  /** Why the thread is gone. */
  #ended: string | undefined
  /** What the thread is waited for to say. */
  #listener: { readonly hear: (said: FromModule) => void; readonly end: (why: string) => void }

  constructor(options: ModuleCourierOptions) {
    this.#options = options
    this.#listener = { hear: () => undefined, end: () => undefined }
    const { start } = options
    this.#worker = new Worker(new URL('./module-worker.ts', import.meta.url), {
      workerData: start,
      resourceLimits: { maxOldGenerationSizeMb: maximumHeapMb },
      // What the service was started with is not the module's business; `Settings` are.
      env: {},
      stdout: true,
      stderr: true,
    })
    this.#worker.on('message', (said: unknown) => {
      // A module that went on reading a message of before gets nothing of this one.
      if (isFromModule(said) && said.of === this.#count) this.#listener.hear(said)
    })
    this.#worker.on('error', (error) => this.#end(textOf(error)))
    this.#worker.on('exit', () => this.#end('its thread ended'))
    this.#logWhatIsPrinted()
    this.#watchMemory()
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
    this.#memoryWatch?.cancel()
    await this.#worker.terminate().catch(() => undefined)
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
    // A copy of its own: the piece's memory is filled anew.
    const piece = next.done === true ? {} : { piece: new Uint8Array(next.value) }
    this.#say({ kind: 'piece', of, ...piece })
  }

  #say(message: ToModule): void {
    this.#worker.postMessage(message)
  }

  #end(why: string): void {
    this.#ended ??= why
    this.#listener.end(this.#ended)
  }

  #watchMemory(): void {
    if (this.#ended !== undefined) return
    this.#memoryWatch = this.#options.clock.after(memoryInterval, () => {
      void this.#memoryOutside().then((bytes) => {
        if (bytes <= maximumHeapMb * 1024 ** 2) {
          this.#watchMemory()
          return
        }
        this.#end(`it took more than ${maximumHeapMb} MB of memory outside of its heap`)
        void this.close()
      })
    })
  }

  /** Of a thread that has not begun yet, or is gone, nothing can be told. */
  async #memoryOutside(): Promise<number> {
    try {
      return (await this.#worker.getHeapStatistics()).external_memory
    } catch {
      return 0
    }
  }

  #logWhatIsPrinted(): void {
    const { logger, start } = this.#options
    let printed = 0
    for (const stream of [this.#worker.stdout, this.#worker.stderr])
      stream.on('data', (chunk: Buffer) => {
        if (++printed > mostPrinted) return
        const text = plainText(chunk.toString('utf8'), 1000)
        logger.info({ connector: start.connector, text }, 'a delivery agent printed')
      })
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
