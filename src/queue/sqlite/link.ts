import { Worker } from 'node:worker_threads'
import { LiveValue } from '../../base/live.ts'
import type { QueueKey } from '../queue-key.ts'
import { StoreError } from '../queue-store.ts'
import { unmarkInUse } from './log-check.ts'
import type {
  DatabaseSettings,
  Operation,
  Request,
  RequestBatch,
  ThreadMessage,
} from './protocol.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: StoreError) => void
}

export type Opened = Extract<ThreadMessage, { kind: 'opened' }>

const closedError = () => new StoreError('CLOSED', 'the queue database is closed')

/**
 * The main thread's end of the database thread. One batch is under way at a time: what is asked for
 * until the thread has answered travels as the next, so that one flush serves many sessions and
 * waking the thread costs once for all of them.
 */
export class SqliteQueueLink {
  readonly #worker: Worker
  readonly #onFatal: (error: StoreError) => void
  /** Whether the results of deliveries can be written. */
  readonly hasRoomForResults = new LiveValue(true)
  /** Queues with leases that ran out. */
  readonly news = new LiveValue<readonly QueueKey[]>([])
  readonly #waiting = new Map<number, Waiting>()
  #nextRequest = 1
  #requests: Request[] = []
  #contents: Uint8Array[] = []
  #sendPlanned = false
  #underWay = false
  /** The file was opened by this process. */
  #isOpen = false
  #ended: StoreError | undefined
  readonly #exited: Promise<void>
  readonly #opened = Promise.withResolvers<Opened>()

  private constructor(settings: DatabaseSettings, onFatal: (error: StoreError) => void) {
    this.#onFatal = onFatal
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: settings,
    })
    // A thread that ends with its process, too, closes the file in order.
    const closed = () => {
      if (this.#isOpen) unmarkInUse(settings.path)
    }
    process.once('exit', closed)
    this.#worker.on('message', (message: ThreadMessage) => this.#receive(message))
    this.#worker.on('messageerror', (cause) => this.#fail(threadError(cause)))
    this.#worker.on('error', (cause) => this.#fail(threadError(cause)))
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        process.off('exit', closed)
        closed()
        this.#fail(new StoreError('FAILED', `the queue database thread ended with code ${code}`))
        resolve()
      })
    })
  }

  /** Starts the thread and waits until the file is open; rejects with a StoreError. */
  static async open(
    settings: DatabaseSettings,
    onFatal: (error: StoreError) => void,
  ): Promise<{ readonly link: SqliteQueueLink; readonly opened: Opened }> {
    const link = new SqliteQueueLink(settings, onFatal)
    return { link, opened: await link.#opened.promise }
  }

  /** Sends a request with the next batch. Contents may be reused as soon as this turn has ended. */
  call(operation: Operation, contents: readonly Uint8Array[] = []): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const id = this.#nextRequest++
    this.#waiting.set(id, { resolve, reject })
    this.#requests.push([id, operation, contents.map(({ length }) => length)])
    this.#contents.push(...contents)
    this.#planSend()
    return promise
  }

  /** Answers what was asked before, then closes the file. */
  async close(lastIds: { readonly message: number; readonly copy: number }): Promise<void> {
    if (this.#ended === undefined) {
      this.#ended = closedError()
      this.#send(lastIds)
    }
    await this.#exited
  }

  #planSend(): void {
    if (this.#sendPlanned || this.#underWay) return
    this.#sendPlanned = true
    setImmediate(() => this.#send())
  }

  #send(close?: RequestBatch['close']): void {
    this.#sendPlanned = false
    if (this.#requests.length === 0 && close === undefined) return
    const content = packed(this.#contents)
    const batch = { requests: this.#requests, content, ...(close !== undefined && { close }) }
    this.#requests = []
    this.#contents = []
    this.#underWay = true
    this.#worker.postMessage(batch satisfies RequestBatch, [content.buffer])
  }

  #receive(message: ThreadMessage): void {
    switch (message.kind) {
      case 'answers':
        if (message.turnOver) this.#turnOver()
        for (const id of message.done) this.#take(id)?.resolve(undefined)
        for (const { id, value, failure } of message.answers) {
          const waiting = this.#take(id)
          if (failure === undefined) waiting?.resolve(value)
          else waiting?.reject(new StoreError(failure.code, failure.message))
        }
        break
      case 'room':
        this.hasRoomForResults.set(message.hasRoomForResults)
        break
      case 'news':
        this.news.set(message.queues)
        break
      case 'opened':
        this.hasRoomForResults.set(message.hasRoomForResults)
        this.#isOpen = true
        this.#opened.resolve(message)
        break
      case 'notOpened':
        this.#ended = new StoreError(message.failure.code, message.failure.message)
        this.#opened.reject(this.#ended)
        break
      case 'fatal':
        this.#fail(new StoreError(message.failure.code, message.failure.message))
        break
      case 'closed':
        break
    }
  }

  /** What has gathered leaves at once: the thread idles. */
  #turnOver(): void {
    this.#underWay = false
    if (this.#requests.length > 0) this.#send()
  }

  #take(request: number): Waiting | undefined {
    const waiting = this.#waiting.get(request)
    this.#waiting.delete(request)
    return waiting
  }

  /** Everybody who still waits is told; the owner too, unless the end was asked for. */
  #fail(error: StoreError): void {
    const expected = this.#ended !== undefined
    this.#ended ??= error
    this.#opened.reject(error)
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
    if (!expected) this.#onFatal(error)
  }
}

function packed(contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(contents.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const content of contents) {
    whole.set(content, at)
    at += content.length
  }
  return whole
}

function threadError(cause: unknown): StoreError {
  const text = cause instanceof Error ? cause.message : String(cause)
  return new StoreError('FAILED', `the queue database thread failed: ${text}`, { cause })
}
