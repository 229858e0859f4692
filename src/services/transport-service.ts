import { calmLog } from '../base/calm-log.ts'
import type { Clock } from '../base/clock.ts'
import { type Live, derivedLive, mapLive } from '../base/live.ts'
import { loopLoad } from '../base/loop-load.ts'
import { second } from '../base/time-span.ts'
import { RemoteDomainTable } from '../dsn/remote-domains.ts'
import { DsnNotifier } from '../dsn/dsn-notifier.ts'
import { randomGuid } from '../message/message-id.ts'
import { AgentRouting } from '../pipeline/agent-routing.ts'
import { type Categorized, Categorizer, itemOf } from '../pipeline/categorizer.ts'
import { liveRoutingTables } from '../pipeline/live-routing-tables.ts'
import { QueueSubmission } from '../pipeline/submission.ts'
import { type RoutingTables, hasConnector, isBestWay, routingText } from '../pipeline/routing.ts'
import { type QueueKey, isRedirectionQueue, submissionQueue } from '../queue/queue-key.ts'
import { queuePages } from '../queue/queue-pages.ts'
import { DeathCounts } from '../queue/poison/death-counts.ts'
import { InHandJournal } from '../queue/poison/in-hand-journal.ts'
import { type QueueStore, StoreError } from '../queue/queue-store.ts'
import type { NewCopy } from '../queue/stored-message.ts'
import { QueueScheduler } from '../queue/scheduler/scheduler.ts'
import { openSqliteQueueStore } from '../queue/sqlite/sqlite-queue-store.ts'
import { ReceiveService } from '../receive/receive-service.ts'
import { acceptedDomainsOf } from './accepted-domains-of.ts'
import { type OpenDirectory, openDirectory } from './open-directory.ts'
import { keepThreadsSmall, tendHeapGrowth } from './heap-growth.ts'
import { machineRun } from './machine-run.ts'
import { serveMailFolders } from './mail-folders.ts'
import { openMessageTracking } from './message-tracking.ts'
import { openDelivery } from './open-delivery.ts'
import { numbersOfFile, queueFilePath } from './workers/queue-files.ts'
import { queueMethods } from './queue-methods.ts'
import { CannotStart, type RunningService, type ServiceGround } from './service-ground.ts'
import { openServiceLogs } from './service-log.ts'
import { recipientResolution } from './recipient-resolution.ts'
import { openTransportAgents } from './transport-agents.ts'
import { redirectionTarget } from './redirection-target.ts'
import { tellRetry } from './retry-told.ts'
import { listensOnNothing, startListening } from './start-listening.ts'

/** How long clients may take to end their message, and deliveries theirs, when the service drains. */
const sessionGrace = 15 * second
const deliveryGrace = 10 * second

/** The Transport service: takes mail into the queue, categorizes and delivers it. */
export async function openTransportService(ground: ServiceGround): Promise<RunningService> {
  await using opened = new AsyncDisposableStack()
  const { worker, siblings, config, clock, logger, certificates } = ground
  const { Server } = config.current
  const troubles = calmLog(logger, clock)
  const logs = opened.use(openServiceLogs(ground, Server.Role === 'Edge' ? 'Edge' : 'Hub'))
  const tracking = opened.use(openMessageTracking(ground))
  const failing = new AbortController()
  const store = opened.use(await openStore(ground, failing))
  opened.defer(tellRoom(store, ground))
  const tables = liveRoutingTables(config)
  const domains = mapLive(tables, ({ acceptedDomains }) => acceptedDomains)
  const directory = opened.use(await openDirectory(ground))
  const transportConfig = mapLive(config, ({ TransportConfig }) => TransportConfig)
  const agents = opened.use(await openTransportAgents(ground))
  const categorizer = new Categorizer({
    tables,
    events: new AgentRouting({ agents: agents.runner, store, transportConfig, clock }),
    ...recipientResolution(config.current, directory, clock),
  })
  const notifier = new DsnNotifier({
    store,
    categorize: (recipients) => noticeCopies(categorizer.start({ recipients, size: 0 })),
    transportConfig,
    domains,
    remoteDomains: derivedLive(
      mapLive(config, ({ RemoteDomains }) => RemoteDomains),
      (entries) => new RemoteDomainTable(entries),
    ),
    messageExpirationTimeout: mapLive(
      config,
      ({ TransportService }) => TransportService.MessageExpirationTimeout,
    ),
    server: Server,
    clock,
    newGuid: randomGuid,
  })
  const inHand = openInHand(ground, failing.signal)
  opened.defer(() => inHand.close())
  const delivery = opened.use(openDelivery(ground, store, logs))
  const scheduler = opened.use(
    new QueueScheduler({
      store,
      agent: delivery.agent,
      notifier,
      recategorize: (copy) => categorizer.categorize(itemOf(copy)),
      settings: mapLive(config, ({ TransportService }) => TransportService),
      serverName: Server.Name,
      clock,
      load: loopLoad(),
      log: troubles,
      inHand,
      deaths: new DeathCounts(queueFilePath(ground.dataFolder, worker.number)),
      onEvent: (event) => {
        tracking.queueEvent(event)
        tellRetry(event, troubles)
      },
      ...(siblings !== undefined && { places: siblings.places }),
    }),
  )
  const submission = new QueueSubmission({
    ...{ store, categorizer, transportConfig, server: Server, clock, newGuid: randomGuid },
    priorities: mapLive(config, ({ TransportService }) => TransportService),
    onReceived: (session, copies, resolved) =>
      tracking.received({ session, copies, ...(resolved !== undefined && { resolved }) }),
    agents: agents.runner,
    onStopped: (stopped) => tracking.stopped(stopped),
    enqueue: (copies) => scheduler.enqueue(copies),
    onFault: (what, error) => troubles.error({ error }, what),
  })
  const receive = opened.use(
    new ReceiveService({
      transportRole: 'HubTransport',
      server: Server,
      connectors: mapLive(config, ({ ReceiveConnectors }) => ReceiveConnectors),
      users: mapLive(config, ({ Users }) => Users),
      acceptedDomains: acceptedDomainsOf(tables),
      directory,
      accounts: directory.accounts,
      certificates,
      maxConnectionRatePerMinute: mapLive(
        config,
        ({ TransportService }) => TransportService.MaxConnectionRatePerMinute,
      ),
      sink: submission,
      agents: agents.runner,
      protocolLog: logs.receive,
      clock,
      logger,
      ...(siblings !== undefined && { siblings: siblings.counts }),
    }),
  )
  await scheduler.start()
  opened.use(tendHeapGrowth(clock, () => scheduler.queueCount))
  opened.defer(rerouteOnChange(ground, { scheduler, tables, directory }))
  const listeners = worker.drainOnly ? [] : await startListening(receive)
  const folders = serveMailFolders(ground, submission)
  if (folders !== undefined) opened.use(folders)
  let draining = false
  const ending = new AbortController()
  opened.defer(() => ending.abort())
  const closing = opened.move()
  return {
    listeners,
    adminMethods: {
      ...queueMethods(scheduler, {
        server: { Name: Server.Name, Fqdn: Server.Fqdn },
        store,
        redirectionTo: (host) => redirectionTarget(host, (queue) => delivery.smtp.nextHopOf(queue)),
        log: troubles,
      }),
      ...agents.adminMethods,
    },
    ...(worker.drainOnly && { emptied: emptied(store, clock, ending.signal) }),
    inForce: () => Promise.all([receive.inForce(), agents.inForce()]),
    unhealthy() {
      if (draining) return 'the service is draining'
      return worker.drainOnly ? undefined : listensOnNothing(receive)
    },
    async drain() {
      draining = true
      ending.abort()
      await Promise.all([receive.drain(sessionGrace), folders?.drain()])
      const late = new AbortController()
      const timer = clock.after(deliveryGrace, () => late.abort())
      await scheduler.drain(late.signal)
      timer.cancel()
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** A notification that cannot go anywhere is none; one of which that is not known waits in Submission. */
function noticeCopies({ copies, deferred }: Categorized): readonly NewCopy[] {
  if (deferred === undefined) return copies
  return [...copies, { queue: submissionQueue, recipients: deferred.recipients }]
}

/**
 * Resolves when the store holds no copy; with no listener none can come but from what is there. Looks no
 * more, and never resolves, once `signal` aborts.
 */
async function emptied(store: QueueStore, clock: Clock, signal: AbortSignal): Promise<void> {
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

interface RerouteParts {
  readonly scheduler: QueueScheduler
  readonly tables: Live<RoutingTables>
  readonly directory: OpenDirectory
}

/** Categorizes anew what waits and would go another way now, at the start and whenever routing or the directory changes. */
function rerouteOnChange(
  { config, logger }: ServiceGround,
  { scheduler, tables, directory }: RerouteParts,
): () => void {
  const isCurrent = (queue: QueueKey) =>
    isRedirectionQueue(queue) || hasConnector(queue, tables.current)
  // The directory may send a recipient of ours anywhere.
  const isOurs = ({ nextHopDomain }: QueueKey) =>
    directory.hasRecipients && tables.current.acceptedDomains.isAccepted(nextHopDomain)
  const isBest = (queue: QueueKey) =>
    isRedirectionQueue(queue) || (isBestWay(queue, tables.current) && !isOurs(queue))
  const reroute = () => {
    scheduler.operations
      .reroute(isCurrent, isBest)
      .catch((error: unknown) =>
        logger.error(
          { err: error },
          'the queues could not be routed anew; they go on as they were',
        ),
      )
  }
  let known = routingText(tables.current)
  const whenChanged = () => {
    const routing = routingText(tables.current)
    if (routing !== known) reroute()
    known = routing
  }
  reroute()
  const ends = [config.subscribe(whenChanged), directory.subscribe(reroute)]
  return () => ends.forEach((end) => end())
}
