import { keepAlive } from '../base/keep-alive.ts'
import { systemClock } from '../base/clock.ts'
import { AdminEndpointError, adminSocketPath, openAdminEndpoint } from '../admin/admin-endpoint.ts'
import type { ReloadResult } from '../config/config-watcher.ts'
import { formatProblem } from '../config/located-problem.ts'
import { formatBinding } from '../receive/connectors/binding.ts'
import { openFrontendTransportService } from './frontend-transport-service.ts'
import {
  type Locations,
  type RunningService,
  type ServiceGround,
  CannotStart,
  messageOf,
  openGround,
} from './service-ground.ts'
import type { ProgramLog } from '../base/program-log.ts'
import { makeAllPrivate, mendPrivacy } from './private-data.ts'
import { openServiceLogger, tellsMail } from './program-log/service-logger.ts'
import { removeQueueFile } from './workers/queue-files.ts'
import type { HealthAnswer } from './service-health.ts'
import type { ServiceName } from './workers/service-names.ts'
import { openSiblings, tellSupervisor } from './workers/supervisor-channel.ts'
import { openTransportService } from './transport-service.ts'
import { wantedWorkers } from './workers/worker-plan.ts'
import type { Worker } from './workers/worker.ts'

const open: Readonly<Record<ServiceName, (ground: ServiceGround) => Promise<RunningService>>> = {
  Transport: openTransportService,
  FrontendTransport: openFrontendTransportService,
}

/**
 * Runs one service, or one worker of it, in this process until SIGTERM, SIGINT or the supervisor's end
 * drains it; SIGHUP reads the configuration again. Resolves with the exit code.
 */
export async function runService(worker: Worker, where: Locations): Promise<number> {
  const { service, number, of } = worker
  using _running = keepAlive()
  makeAllPrivate()
  const stop = stopSignal()
  // From the first moment on: its default action would end the process.
  let reload: () => void = () => undefined
  process.on('SIGHUP', () => reload())
  const logger = await openServiceLogger(service, of > 1 ? number : undefined)
  dieOnDefects(logger)
  // The supervisor has done it for all services before it started them.
  if (process.send === undefined) await mendPrivacy(where.dataFolder, logger)
  try {
    await using ground = await openGround(where, {
      ...{ worker, logger, tellsMail: tellsMail(), clock: systemClock },
      ...{ stopping: abortedBy(stop), fail: fatal(logger) },
      siblings: of > 1 ? await openSiblings(of, systemClock) : undefined,
    })
    warnIfAlone(ground)
    const emptied = await serve(ground, stop, (running) => {
      reload = () => void ground.reload()
      logger.info({ listeners: running.listeners.map(formatBinding) }, listening(worker))
      tellSupervisor({ kind: 'ready', listeners: running.listeners })
    })
    if (emptied) await removeEmptied(ground)
    logger.info({}, 'the service has ended')
    return 0
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error
    for (const problem of error.problems) logger.error({}, formatProblem(problem))
    if (error.problems.length === 0) logger.error({}, error.message)
    tellSupervisor({ kind: 'cannot-start', reason: error.message })
    return 1
  } finally {
    if (process.connected) process.disconnect?.()
  }
}

/** From opening to the end of draining; true when it ended because no mail was left to drain. */
async function serve(
  ground: ServiceGround,
  stop: Promise<void>,
  onRunning: (running: RunningService) => void,
): Promise<boolean> {
  const { worker, logger, dataFolder } = ground
  await using running = await open[worker.service](ground)
  const socket = adminSocketPath(dataFolder, worker.service, worker.number)
  await using _endpoint = await openAdminEndpoint(socket, {
    ...running.adminMethods,
    health: () => Promise.resolve(healthOf(ground, running)),
    role: () => Promise.resolve(ground.config.current.Server.Role),
    reload: () => reloadNow(ground, running),
  }).catch((error: unknown) => {
    if (!(error instanceof AdminEndpointError)) throw error
    throw new CannotStart(error.message, [], { cause: error })
  })
  onRunning(running)
  const emptied = running.emptied?.then(() => true) ?? new Promise<never>(() => undefined)
  const isEmpty = await Promise.race([stop.then(() => false), emptied])
  if (!isEmpty) logger.info({}, 'the service drains')
  await running.drain()
  return isEmpty
}

/** What healthcheck and Test-ServiceHealth tell of this process. */
function healthOf(ground: ServiceGround, running: RunningService): HealthAnswer {
  const complaint = running.unhealthy()
  return { ...(complaint !== undefined && { complaint }), warnings: ground.certificateGaps() }
}

/** Takes the configuration over as it is in the file now, and answers when it is in force. */
async function reloadNow(ground: ServiceGround, running: RunningService): Promise<ReloadResult> {
  const result = await ground.reload()
  if (result.problems.length > 0) return result
  try {
    await running.inForce()
    return result
  } catch (error) {
    return { ...result, problems: [messageOf(error)] }
  }
}

/** The last of a worker that only drained: its file, which is closed and empty, goes. */
async function removeEmptied({ worker, dataFolder, logger }: ServiceGround): Promise<void> {
  await removeQueueFile(dataFolder, worker.number)
  logger.info({}, 'the mail of this queue file is delivered; the file is deleted')
  await new Promise<void>((resolve) => tellSupervisor({ kind: 'drained' }, resolve))
}

function listening({ drainOnly }: Worker): string {
  return drainOnly
    ? 'the service delivers what is left in a queue file beyond Workers'
    : 'the service listens'
}

/** Without the supervisor there is nobody to start the others. */
function warnIfAlone({ worker, config, logger }: ServiceGround): void {
  const wanted = wantedWorkers(config.current, worker.service)
  if (process.send !== undefined || wanted === 1) return
  logger.warn(
    { Workers: wanted },
    'Workers has no effect on a service that is started alone; start the server without --service',
  )
}

/** Resolves at the first word to end. The terminal's SIGINT reaches the supervisor too, which passes SIGTERM on. */
async function stopSignal(): Promise<void> {
  const asked = Promise.withResolvers<undefined>()
  const stop = () => asked.resolve(undefined)
  const supervised = process.send !== undefined
  process.on('SIGTERM', stop).on('SIGINT', supervised ? () => undefined : stop)
  process.on('disconnect', stop)
  await asked.promise
}

function abortedBy(stop: Promise<void>): AbortSignal {
  const stopping = new AbortController()
  void stop.then(() => stopping.abort())
  return stopping.signal
}

/** A defect leaves the state unknown: say it and end; the supervisor starts anew and the queue is on disk. */
function dieOnDefects(logger: ProgramLog): void {
  const die = fatal(logger)
  process.on('uncaughtException', (error) => die(error.stack ?? error.message))
  process.on('unhandledRejection', (reason) =>
    die(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)),
  )
}

function fatal(logger: ProgramLog): (reason: string) => never {
  return (reason) => {
    logger.error({ reason }, 'the service ends on an internal fault and will be started again')
    process.exit(70)
  }
}
