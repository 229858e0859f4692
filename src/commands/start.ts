import { parseArgs } from 'node:util'
import { systemClock } from '../base/clock.ts'
import { keepAlive } from '../base/keep-alive.ts'
import { listenerTable } from '../services/listener-table.ts'
import { loadConfigAside } from '../config/load-config-aside.ts'
import { lazyLog } from '../services/lazy-log.ts'
import type { ListenerRow } from '../services/service-messages.ts'
import { type ServiceName, serviceNames, servicesOf } from '../services/service-names.ts'
import { Supervisor } from '../services/supervisor.ts'
import { type Command, type CommandIo, UsageError, exitCodes } from './command-io.ts'
import { type Locations, locations } from './locations.ts'
import { toldConfig } from './told-config.ts'

/** `edge start`: the services of the role under a supervisor, or one service alone. */
export const startCommand: Command = {
  usage: '[--config FILE] [--data DIR] [--service Transport|FrontendTransport]',
  summary: 'run the relay in the foreground; SIGTERM drains, SIGHUP reloads',
  run,
}

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      data: { type: 'string' },
      service: { type: 'string' },
    },
  })
  const where = locations({ ...values, env: io.env })
  if (values.service === undefined) return await superviseServices(where, io)
  const service = serviceNames.find((name) => name.toLowerCase() === values.service?.toLowerCase())
  if (service === undefined) {
    throw new UsageError(
      `there is no service "${values.service}"; try ${serviceNames.join(' or ')}`,
    )
  }
  const { runService } = await import('../services/run-service.ts')
  return await runService(service, where)
}

export interface SuperviseOptions {
  /** Environment of the services, beside this process's own. */
  readonly env?: Readonly<Record<string, string>>
  /** Called when all services listen for the first time, after the table was shown. */
  readonly onListening?: () => void
}

/** Runs the services of the role that the configuration names; resolves with the exit code. */
export async function superviseServices(
  where: Locations,
  io: CommandIo,
  { env = {}, onListening }: SuperviseOptions = {},
): Promise<number> {
  const config = toldConfig(await loadConfigAside(where.configFile), io)
  if (config === undefined) return exitCodes.toldError
  using _running = keepAlive()
  const services = servicesOf(config.Server.Role)
  const supervisor = new Supervisor({
    services,
    commandFor: (service) => serviceCommand(service, where),
    env: { ...oneArena, ...env },
    clock: systemClock,
    logger: lazyLog(async () => {
      const { openServiceLogger } = await import('../services/service-logger.ts')
      return await openServiceLogger('Supervisor')
    }),
    onReady: onceAllReady(services, (listeners) => {
      const { Name, Fqdn, Role } = config.Server
      io.stdout.write(
        `\nEdge Relay, server ${Name} (${Fqdn}), role ${Role}\n` +
          `configuration ${where.configFile}, data ${where.dataFolder}\n\n${listenerTable(listeners)}\n`,
      )
      onListening?.()
    }),
  })
  const stop = () => supervisor.stop()
  process.on('SIGTERM', stop).on('SIGINT', stop)
  process.on('SIGHUP', () => supervisor.reload())
  return await supervisor.run()
}

/**
 * Sessions and the octets of mail leave garbage that is dead within milliseconds, with buffers hanging
 * on it. A small young generation (MB) frees both soon, so that they seldom cause a collection of all
 * and the process stays smaller; Node's default lets them grow to many times what is in use, at no gain.
 */
const smallNursery = '--max-semi-space-size=8'

/**
 * glibc gives each thread a heap of its own by default, and what one frees is of no use to the others;
 * the threads of a service allocate too seldom at once to gain by that.
 */
const oneArena = { MALLOC_ARENA_MAX: process.env['MALLOC_ARENA_MAX'] ?? '1' }

/** This very program, with the same runtime and its flags. */
function serviceCommand(service: ServiceName, where: Locations): readonly [string, ...string[]] {
  const { configFile, dataFolder } = where
  const self = process.argv[1] ?? ''
  const options = ['--service', service, '--config', configFile, '--data', dataFolder]
  return [process.execPath, smallNursery, ...process.execArgv, self, 'start', ...options]
}

/** Calls `tell` with the listeners of all services, the first time that all of them listen. */
function onceAllReady(
  services: readonly ServiceName[],
  tell: (listeners: readonly (ListenerRow & { service: ServiceName })[]) => void,
) {
  const ready = new Map<ServiceName, readonly ListenerRow[]>()
  return (service: ServiceName, listeners: readonly ListenerRow[]) => {
    if (ready.size === services.length) return
    ready.set(service, listeners)
    if (ready.size < services.length) return
    tell([...ready].flatMap(([name, rows]) => rows.map((row) => ({ ...row, service: name }))))
  }
}
