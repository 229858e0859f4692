import { calmLog } from '../base/calm-log.ts'
import { type Live, derivedLive, mapLive } from '../base/live.ts'
import { loopLoad } from '../base/loop-load.ts'
import type { ProgramLog } from '../base/program-log.ts'
import { second } from '../base/time-span.ts'
import { DsnNotifier } from '../dsn/dsn-notifier.ts'
import { RemoteDomainTable } from '../dsn/remote-domains.ts'
import { randomGuid } from '../message/message-id.ts'
import { AgentRouting } from '../pipeline/agent-routing.ts'
import { type Categorized, Categorizer, itemOf } from '../pipeline/categorizer.ts'
import { liveRoutingTables } from '../pipeline/live-routing-tables.ts'
import type { RoutingTables } from '../pipeline/routing.ts'
import { QueueSubmission } from '../pipeline/submission.ts'
import { DeathCounts } from '../queue/poison/death-counts.ts'
import { submissionQueue } from '../queue/queue-key.ts'
import { QueueScheduler } from '../queue/scheduler/scheduler.ts'
import type { NewCopy } from '../queue/stored-message.ts'
import { ReceiveService } from '../receive/receive-service.ts'
import { acceptedDomainsOf } from './accepted-domains-of.ts'
import { tendHeapGrowth } from './heap-growth.ts'
import { serveMailFolders } from './mail-folders.ts'
import { openMessageTracking } from './message-tracking.ts'
import { openDelivery } from './open-delivery.ts'
import { openDirectory } from './open-directory.ts'
import { emptied, openQueue } from './open-queue.ts'
import { queueMethods } from './queue-methods.ts'
import { recipientResolution } from './recipient-resolution.ts'
import { redirectionTarget } from './redirection-target.ts'
import { rerouteOnChange } from './reroute-on-change.ts'
import { tellRetry } from './retry-told.ts'
import type { RunningService, ServiceGround } from './service-ground.ts'
import { openServiceLogs } from './service-log.ts'
import { listensOnNothing, startListening } from './start-listening.ts'
import { openTransportAgents } from './transport-agents.ts'
import { queueFilePath } from './workers/queue-files.ts'

/** How long clients may take to end their message, and deliveries theirs, when the service drains. */
const sessionGrace = 15 * second
const deliveryGrace = 10 * second

/** The Transport service: takes mail into the queue, categorizes and delivers it. */
export async function openTransportService(ground: ServiceGround): Promise<RunningService> {
  await using opened = new AsyncDisposableStack()
  const { worker, config, clock } = ground
  const { Server } = config.current
  const outside = await openOutside(ground, opened)
  const core = mailCore(ground, outside, opened)
  const receive = opened.use(receiveService(ground, outside, core))
  const { store, inHand, directory, delivery, agents, tables, log } = outside
  const { scheduler, submission } = core
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
        log,
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
      // Who loses patience with an end in order and kills the process: that is no message's fault.
      inHand.close()
      await Promise.all([receive.drain(sessionGrace), folders?.drain()])
      const late = new AbortController()
      const timer = clock.after(deliveryGrace, () => late.abort())
      await scheduler.drain(late.signal)
      timer.cancel()
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

type Outside = Awaited<ReturnType<typeof openOutside>>
type MailCore = ReturnType<typeof mailCore>

/** Opens what the service stands on: logs, queue file, directory, agents, ways out. */
async function openOutside(ground: ServiceGround, opened: AsyncDisposableStack) {
  const { config, clock, logger } = ground
  const log: ProgramLog = calmLog(logger, clock)
  const isEdge = config.current.Server.Role === 'Edge'
  const logs = opened.use(openServiceLogs(ground, isEdge ? 'Edge' : 'Hub'))
  const tracking = opened.use(openMessageTracking(ground))
  const { store, inHand } = opened.use(await openQueue(ground))
  const tables: Live<RoutingTables> = liveRoutingTables(config)
  const directory = opened.use(await openDirectory(ground))
  const agents = opened.use(await openTransportAgents(ground))
  const delivery = opened.use(openDelivery(ground, store, logs))
  return { log, logs, tracking, store, inHand, tables, directory, agents, delivery }
}

/** What a message meets between its arrival and its delivery. */
function mailCore(
  ground: ServiceGround,
  { log, tracking, store, inHand, tables, directory, agents, delivery }: Outside,
  opened: AsyncDisposableStack,
) {
  const { worker, siblings, config, clock } = ground
  const { Server } = config.current
  const transportConfig = mapLive(config, ({ TransportConfig }) => TransportConfig)
  const settings = mapLive(config, ({ TransportService }) => TransportService)
  const categorizer = new Categorizer({
    tables,
    events: new AgentRouting({ agents: agents.runner, store, transportConfig, clock }),
    ...recipientResolution(config.current, directory, clock),
  })
  const scheduler = opened.use(
    new QueueScheduler({
      store,
      agent: delivery.agent,
      notifier: dsnNotifier(ground, { store, tables }, categorizer),
      recategorize: (copy) => categorizer.categorize(itemOf(copy)),
      settings,
      serverName: Server.Name,
      clock,
      load: loopLoad(),
      log,
      inHand,
      deaths: new DeathCounts(queueFilePath(ground.dataFolder, worker.number)),
      onEvent: (event) => {
        tracking.queueEvent(event)
        tellRetry(event, log)
      },
      ...(siblings !== undefined && { places: siblings.places }),
    }),
  )
  const submission = new QueueSubmission({
    store,
    categorizer,
    transportConfig,
    server: Server,
    clock,
    newGuid: randomGuid,
    priorities: settings,
    onReceived: (session, copies, resolved) =>
      tracking.received({ session, copies, ...(resolved !== undefined && { resolved }) }),
    agents: agents.runner,
    onStopped: (stopped) => tracking.stopped(stopped),
    enqueue: (copies) => scheduler.enqueue(copies),
    onFault: (what, error) => log.error({ error }, what),
  })
  return { scheduler, submission }
}

function dsnNotifier(
  { config, clock }: ServiceGround,
  { store, tables }: Pick<Outside, 'store' | 'tables'>,
  categorizer: Categorizer,
): DsnNotifier {
  return new DsnNotifier({
    store,
    categorize: (recipients) => noticeCopies(categorizer.start({ recipients, size: 0 })),
    transportConfig: mapLive(config, ({ TransportConfig }) => TransportConfig),
    domains: mapLive(tables, ({ acceptedDomains }) => acceptedDomains),
    remoteDomains: derivedLive(
      mapLive(config, ({ RemoteDomains }) => RemoteDomains),
      (entries) => new RemoteDomainTable(entries),
    ),
    messageExpirationTimeout: mapLive(
      config,
      ({ TransportService }) => TransportService.MessageExpirationTimeout,
    ),
    server: config.current.Server,
    clock,
    newGuid: randomGuid,
  })
}

function receiveService(
  { siblings, config, clock, logger, certificates }: ServiceGround,
  { logs, tables, directory, agents }: Outside,
  { submission }: MailCore,
): ReceiveService {
  return new ReceiveService({
    transportRole: 'HubTransport',
    server: config.current.Server,
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
  })
}

/** A notification that cannot go anywhere is none; one of which that is not known waits in Submission. */
function noticeCopies({ copies, deferred }: Categorized): readonly NewCopy[] {
  if (deferred === undefined) return copies
  return [...copies, { queue: submissionQueue, recipients: deferred.recipients }]
}
