import { keepAlive } from '../base/keep-alive.ts'
import { systemClock } from '../base/clock.ts'
import { adminSocketPath, openAdminEndpoint } from '../admin/admin-endpoint.ts'
import { formatProblem } from '../config/located-problem.ts'
import { formatBinding } from '../receive/binding.ts'
import { openFrontendTransportService } from './frontend-transport-service.ts'
import {
  type Locations,
  type RunningService,
  type ServiceGround,
  CannotStart,
  openGround,
} from './service-ground.ts'
import type { ProgramLog } from '../base/program-log.ts'
import { openServiceLogger } from './service-logger.ts'
import type { ServiceMessage } from './service-messages.ts'
import type { ServiceName } from './service-names.ts'
import { openTransportService } from './transport-service.ts'

const open: Readonly<Record<ServiceName, (ground: ServiceGround) => Promise<RunningService>>> = {
  Transport: openTransportService,
  FrontendTransport: openFrontendTransportService,
}

/**
 * Runs one service in this process until SIGTERM, SIGINT or the supervisor's end drains it; SIGHUP
 * reads the configuration again. Resolves with the exit code.
 */
export async function runService(service: ServiceName, where: Locations): Promise<number> {
  using _running = keepAlive()
  const stop = stopSignal()
  // From the first moment on: its default action would end the process.
  let reload: () => void = () => undefined
  process.on('SIGHUP', () => reload())
  const logger = await openServiceLogger(service)
  dieOnDefects(logger)
  try {
    await using ground = await openGround(where, {
      tellWarnings: service === 'Transport',
      clock: systemClock,
      logger,
      fail: fatal(logger),
    })
    await using running = await open[service](ground)
    await using _endpoint = await openAdminEndpoint(adminSocketPath(where.dataFolder, service), {
      ...running.adminMethods,
      health: () => Promise.resolve(running.unhealthy()),
    })
    reload = () => ground.reload()
    logger.info({ listeners: running.listeners.map(formatBinding) }, 'the service listens')
    tellSupervisor({ kind: 'ready', service, listeners: running.listeners })
    await stop
    logger.info({}, 'the service drains')
    await running.drain()
    logger.info({}, 'the service has ended')
    return 0
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error
    for (const problem of error.problems) logger.error({}, formatProblem(problem))
    if (error.problems.length === 0) logger.error({}, error.message)
    tellSupervisor({ kind: 'cannot-start', service, reason: error.message })
    return 1
  } finally {
    if (process.connected) process.disconnect?.()
  }
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

function tellSupervisor(message: ServiceMessage): void {
  process.send?.(message)
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
