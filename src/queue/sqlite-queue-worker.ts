import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { systemClock, type Timer } from '../base/clock.ts'
import { type ChangeRequest, QueueDatabase } from './sqlite-queue-database.ts'
import type {
  Answer,
  DatabaseSettings,
  RequestBatch,
  ThreadMessage,
} from './sqlite-queue-protocol.ts'
import { storeErrorOf } from './sqlite-queue-schema.ts'

/** Quiet time after which the write-ahead log is moved into the file, in milliseconds. */
const calmAfter = 200
/** How long upkeep that failed is left alone, in milliseconds. */
const pauseAfterTrouble = 1000

/**
 * The database thread. All that arrived while one transaction was flushed goes into the next, so one
 * flush serves many sessions.
 */
class QueueThread {
  readonly #port: MessagePort
  readonly #database: QueueDatabase
  #upkeepPlanned = false
  #calm: Timer | undefined

  constructor(port: MessagePort, database: QueueDatabase) {
    this.#port = port
    this.#database = database
  }

  /** One turn: all that arrived, as one transaction. */
  run(first: RequestBatch): void {
    const changes: ChangeRequest[] = []
    const answers: Answer[] = []
    let close: RequestBatch['close']
    for (const batch of this.#arrived(first)) {
      this.#sort(batch, changes, answers)
      close ??= batch.close
    }
    this.#answer(answers)
    if (changes.length > 0) this.#answer(this.#database.change(changes))
    this.#database.tendLog(false)
    if (this.#endOnFatal()) return
    if (close !== undefined) this.#close(close)
    else this.planUpkeep()
  }

  *#arrived(first: RequestBatch): Iterable<RequestBatch> {
    yield first
    for (;;) {
      const more = receiveMessageOnPort(this.#port) as { message: RequestBatch } | undefined
      if (more === undefined) return
      yield more.message
    }
  }

  #sort(batch: RequestBatch, changes: ChangeRequest[], answers: Answer[]): void {
    let at = 0
    for (const { id, operation, contents } of batch.requests) {
      const parts = contents.map((length) => batch.content.subarray(at, (at += length)))
      switch (operation.kind) {
        case 'commit':
        case 'abort':
        case 'settle':
        case 'postpone':
          changes.push({ id, change: operation, contents: parts })
          break
        case 'lease':
        case 'nextDueAt':
        case 'leaseAged':
        case 'release':
        case 'readPiece':
        case 'queues':
        case 'scan':
          answers.push(this.#database.inquire(id, operation))
          break
      }
    }
  }

  #answer(answers: readonly Answer[]): void {
    if (answers.length === 0) return
    const buffers = answers.map(({ value }) => value).filter((value) => value instanceof Uint8Array)
    const plain = answers.map(plainAnswer)
    post(
      this.#port,
      { kind: 'answers', answers: plain },
      buffers.map(({ buffer }) => buffer),
    )
  }

  /** Sees to what nobody waits for, in bounded steps between the turns. */
  planUpkeep(): void {
    this.#calm?.cancel()
    this.#calm = systemClock.after(calmAfter, () => {
      this.#database.tendLog(true)
      this.#endOnFatal()
    })
    if (this.#upkeepPlanned || !this.#database.busy) return
    this.#upkeepPlanned = true
    const upkeep = () => {
      this.#upkeepPlanned = false
      this.#answer(this.#database.upkeep())
      if (!this.#endOnFatal()) this.planUpkeep()
    }
    if (this.#database.upkeepFailed) systemClock.after(pauseAfterTrouble, upkeep)
    else setImmediate(upkeep)
  }

  #endOnFatal(): boolean {
    const error = this.#database.fatal
    if (error === undefined) return false
    post(this.#port, { kind: 'fatal', failure: { code: error.code, message: error.message } })
    this.#port.close()
    return true
  }

  #close({ message, copy }: { readonly message: number; readonly copy: number }): void {
    this.#calm?.cancel()
    this.#database.close(message, copy)
    post(this.#port, { kind: 'closed' })
    this.#port.close()
  }
}

/** Errors cross the threads as plain values. */
function plainAnswer({ id, value, failure }: Answer): Answer {
  if (failure !== undefined)
    return { id, failure: { code: failure.code, message: failure.message } }
  return { id, value }
}

function post(port: MessagePort, message: ThreadMessage, transfer: ArrayBufferLike[] = []): void {
  port.postMessage(
    message,
    transfer.filter((buffer) => buffer instanceof ArrayBuffer),
  )
}

function start(port: MessagePort, settings: DatabaseSettings): void {
  let database: QueueDatabase
  try {
    database = new QueueDatabase(settings, systemClock)
  } catch (cause) {
    const { code, message } = storeErrorOf(cause, settings.path)
    post(port, { kind: 'notOpened', failure: { code, message } })
    return
  }
  const thread = new QueueThread(port, database)
  port.on('message', (batch: RequestBatch) => thread.run(batch))
  thread.planUpkeep()
  const { nextIds, movedAside } = database
  post(port, { kind: 'opened', ...nextIds, ...(movedAside !== undefined && { movedAside }) })
}

if (parentPort !== null) start(parentPort, workerData as DatabaseSettings)
