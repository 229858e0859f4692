import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { systemClock, type Timer } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import { type ChangeRequest, QueueDatabase } from './database.ts'
import type { Answer, DatabaseSettings, Failure, RequestBatch, ThreadMessage } from './protocol.ts'
import { storeErrorOf } from './schema.ts'

/** Quiet time after which the write-ahead log is moved into the file, in milliseconds. */
const calmAfter = 200
/** Between the steps in which the file shrinks, in milliseconds. */
const betweenShrinks = 10
/** Between looks at a disk that is short of room while nothing else is to do, in milliseconds. */
const betweenLooks = 1000
/** Looks for copies that were abandoned while a lease lasts. */
const looksPerLease = 4
/** How long upkeep that failed is left alone, in milliseconds. */
const pauseAfterTrouble = 1000

/**
 * The database thread. All that was asked for while one transaction was flushed comes as the next
 * batch and makes the next transaction, so one flush serves many sessions.
 */
class QueueThread {
  readonly #port: MessagePort
  readonly #database: QueueDatabase
  #upkeepPlanned = false
  #toldRoom: boolean
  #calm: Timer | undefined
  #leaseWatch: Timer | undefined

  constructor(port: MessagePort, database: QueueDatabase) {
    this.#port = port
    this.#database = database
    this.#toldRoom = database.hasRoomForResults
  }

  /** One turn: a batch, its changes as one transaction. */
  run(batch: RequestBatch): void {
    const changes: ChangeRequest[] = []
    const answers: Answer[] = []
    this.#sort(batch, changes, answers)
    // Answers that are ready do not wait for the flush.
    if (changes.length > 0) {
      if (answers.length > 0) this.#answer(answers, false)
      this.#answer(this.#database.change(changes), true)
    } else {
      this.#answer(answers, true)
    }
    this.#database.tendLog(false)
    this.#tellRoom()
    if (this.#endOnFatal()) return
    if (batch.close !== undefined) this.#close(batch.close)
    else this.planUpkeep()
  }

  #sort(batch: RequestBatch, changes: ChangeRequest[], answers: Answer[]): void {
    let at = 0
    for (const [id, operation, contents] of batch.requests) {
      const parts = contents.map((length) => batch.content.subarray(at, (at += length)))
      switch (operation.kind) {
        case 'commit':
        case 'abort':
        case 'settle':
        case 'suspend':
        case 'resume':
        case 'suspendQueue':
          changes.push({ id, change: operation, contents: parts })
          break
        case 'hasten':
          this.#database.planHastening({ id, hastening: operation })
          break
        case 'lease':
        case 'nextDueAt':
        case 'leaseAged':
        case 'leaseThese':
        case 'renew':
        case 'leasedAmong':
        case 'queuesAmong':
        case 'release':
        case 'keepRetry':
        case 'readParts':
        case 'setAside':
        case 'queues':
        case 'scan':
          answers.push(this.#database.inquire(id, operation))
          break
      }
    }
  }

  #answer(answers: readonly Answer[], turnOver: boolean): void {
    const done: number[] = []
    const telling: Answer[] = []
    const buffers: ArrayBufferLike[] = []
    for (const { id, value, failure, octets = [] } of answers) {
      for (const { buffer } of octets) buffers.push(buffer)
      if (failure !== undefined) telling.push({ id, failure: plainFailure(failure) })
      else if (value === undefined) done.push(id)
      else telling.push({ id, value })
    }
    post(this.#port, { kind: 'answers', done, answers: telling, turnOver }, buffers)
  }

  /** Sees to what nobody waits for, in bounded steps between the turns. */
  planUpkeep(): void {
    this.#useCalm(calmAfter)
    if (this.#upkeepPlanned || !this.#database.busy) return
    this.#upkeepPlanned = true
    const upkeep = () => {
      this.#upkeepPlanned = false
      const answers = this.#database.upkeep()
      if (answers.length > 0) this.#answer(answers, false)
      if (!this.#endOnFatal()) this.planUpkeep()
    }
    if (this.#database.upkeepFailed) systemClock.after(pauseAfterTrouble, upkeep)
    else setImmediate(upkeep)
  }

  #useCalm(after: Milliseconds): void {
    this.#calm?.cancel()
    this.#calm = systemClock.after(after, () => {
      const more = this.#database.writeRetries() || this.#database.shrink()
      this.#database.tendLog(true)
      this.#database.lookAtDisk()
      this.#tellRoom()
      if (this.#endOnFatal()) return
      if (more) this.#useCalm(betweenShrinks)
      else if (this.#database.diskIsShort) this.#useCalm(betweenLooks)
    })
  }

  /** Tells now and then where copies were abandoned. */
  watchLeases(interval: Milliseconds): void {
    this.#leaseWatch = systemClock.after(interval, () => {
      const queues = this.#database.abandoned
      if (queues.length > 0) post(this.#port, { kind: 'news', queues })
      this.watchLeases(interval)
    })
  }

  #tellRoom(): void {
    const { hasRoomForResults } = this.#database
    if (hasRoomForResults === this.#toldRoom) return
    this.#toldRoom = hasRoomForResults
    post(this.#port, { kind: 'room', hasRoomForResults })
  }

  #endOnFatal(): boolean {
    const error = this.#database.fatal
    if (error === undefined) return false
    this.#leaseWatch?.cancel()
    post(this.#port, { kind: 'fatal', failure: plainFailure(error) })
    this.#port.close()
    return true
  }

  #close({ message, copy }: { readonly message: number; readonly copy: number }): void {
    this.#calm?.cancel()
    this.#leaseWatch?.cancel()
    this.#database.close(message, copy)
    post(this.#port, { kind: 'closed' })
    this.#port.close()
  }
}

/** Errors cross the threads as plain values. */
function plainFailure({ code, message }: Failure): Failure {
  return { code, message }
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
  thread.watchLeases(settings.leaseTime / looksPerLease)
  const { nextIds, movedAside, logTrouble, hasRoomForResults } = database
  post(port, {
    ...{ kind: 'opened', ...nextIds, hasRoomForResults },
    ...(movedAside !== undefined && { movedAside }),
    ...(logTrouble !== undefined && { logTrouble }),
  })
}

if (parentPort !== null) start(parentPort, workerData as DatabaseSettings)
