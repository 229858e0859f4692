import type { Clock } from '../base/clock.ts'
import { second } from '../base/time-span.ts'
import { InHandJournal } from '../queue/poison/in-hand-journal.ts'
import { queuePages } from '../queue/queue-pages.ts'
import { type QueueStore, StoreError } from '../queue/queue-store.ts'
import { openSqliteQueueStore } from '../queue/sqlite/sqlite-queue-store.ts'
import { keepThreadsSmall } from './heap-growth.ts'
import { machineRun } from './machine-run.ts'
import { CannotStart, type ServiceGround } from './service-ground.ts'
import { numbersOfFile, queueFilePath } from './workers/queue-files.ts'

/** The queue of one worker on its disk. */
export interface OpenQueue extends AsyncDisposable {
  readonly store: QueueStore
  readonly inHand: InHandJournal
}

/** Opens the queue file and what stands beside it, and tells of the room that it has. Rejects with CannotStart. */
export async function openQueue(ground: ServiceGround): Promise<OpenQueue> {
  await using opened = new AsyncDisposableStack()
  const failing = new AbortController()
  const store = opened.use(await openStore(ground, failing))
  opened.defer(tellRoom(store, ground))
  const inHand = openInHand(ground, failing.signal)
  opened.defer(() => inHand.close())
  const closing = opened.move()
  return { store, inHand, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}

/**
 * Resolves when the store holds no copy; with no listener none can come but from what is there. Looks no
 * more, and never resolves, once `signal` aborts.
 */
export async function emptied(store: QueueStore, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (await isEmpty(store).catch(() => false)) return
    await clock.sleep(second, signal)
  }
  await new Promise<never>(() => undefined)
}

async function isEmpty(store: QueueStore): Promise<boolean> {
  for await (const page of queuePages(store)) {
    if (page.some(({ copies }) => copies > 0)) return false
  }
  return true
}

async function openStore(ground: ServiceGround, failing: AbortController): Promise<QueueStore> {
  const { worker, dataFolder, clock, logger, fail } = ground
  const path = queueFilePath(dataFolder, worker.number)
  keepThreadsSmall()
  try {
    return await openSqliteQueueStore({
      path,
      numbers: numbersOfFile(worker.number),
      clock,
      onFatal: (error) => {
        failing.abort()
        fail(error.message)
      },
      onLogTrouble: (reason) =>
        logger.error(
          { queueFile: path, reason },
          'the write-ahead log of the queue file is not whole: mail is lost',
        ),
      onMovedAside: (damaged) =>
        logger.error(
          { queueFile: path, ...damaged },
          'the queue file was damaged: it was put aside, and what was whole in it was taken over',
        ),
    })
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    throw new CannotStart(error.message, [], { cause: error })
  }
}

/** What is in hand, to be found again if the process dies. */
function openInHand(
  { worker, dataFolder, clock, logger }: ServiceGround,
  failing: AbortSignal,
): InHandJournal {
  const queuePath = queueFilePath(dataFolder, worker.number)
  const journal = new InHandJournal({
    queuePath,
    clock,
    machineRun: machineRun(),
    onTrouble: (error) =>
      logger.warn(
        { queueFile: queuePath, err: error },
        'what is in hand cannot be written down: a message that ends the service is not found',
      ),
  })
  // That the store fails is no message's fault.
  failing.addEventListener('abort', () => journal.close(), { once: true })
  return journal
}

/** Says when the disk has no room for results, so that nothing is sent, and when that is over. */
function tellRoom(store: QueueStore, { worker, dataFolder, logger }: ServiceGround): () => void {
  const queueFile = queueFilePath(dataFolder, worker.number)
  const stopped = () =>
    logger.error(
      { queueFile },
      'the disk of the queue is full: nothing is delivered until there is room, for results could not be written; make room',
    )
  if (!store.hasRoomForResults.current) stopped()
  return store.hasRoomForResults.subscribe((hasRoom) => {
    if (hasRoom)
      logger.info({ queueFile }, 'there is room on the disk of the queue: delivery goes on')
    else stopped()
  })
}
