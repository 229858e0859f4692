import { parseArgs } from 'node:util'
import { systemClock } from '../base/clock.ts'
import { keepAlive } from '../base/keep-alive.ts'
import { second } from '../base/time-span.ts'
import { listenerTable } from '../services/listener-table.ts'
import { loadConfigAside } from '../config/load-config-aside.ts'
import { lazyLog } from '../services/lazy-log.ts'
import type { ListenerRow } from '../services/workers/service-messages.ts'
import { type ServiceName, serviceNames } from '../services/workers/service-names.ts'
import { mendPrivacy } from '../services/private-data.ts'
import { Supervisor } from '../services/supervisor.ts'
import { removeOldSockets } from '../admin/worker-sockets.ts'
import { plannedWorkers } from '../services/workers/worker-plan.ts'
import {
  type Worker,
  parseWorkerPlace,
  singleWorker,
  workerArguments,
} from '../services/workers/worker.ts'
import { type Command, type CommandIo, UsageError, exitCodes } from './command-io.ts'
import { type Locations, locations, requireKnownVariables } from './locations.ts'
import { widthOf } from './output-width.ts'
import { ServerSignals } from './server-signals.ts'
import { toldConfig } from './told-config.ts'

/** `edge start`: the services of the role under a supervisor, or one service alone. */
export const startCommand: Command = {
  run,
}

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      data: { type: 'string' },
      service: { type: 'string' },
      // How the supervisor starts one worker of several: its number and the highest there is.
      worker: { type: 'string' },
      'drain-only': { type: 'boolean', default: false },
    },
  })
  const whole = values.service === undefined
  if (whole) requireKnownVariables(io.env)
  const where = locations({ ...values, env: io.env, starts: whole })
  if (values.service === undefined) return await superviseServices(where, io)
  const service = serviceNames.find((name) => name.toLowerCase() === values.service?.toLowerCase())
  if (service === undefined) {
    throw new UsageError(
      `there is no service "${values.service}"; try ${serviceNames.join(' or ')}`,
    )
  }
  const worker = workerOf(service, values.worker, values['drain-only'])
  const { runService } = await import('../services/run-service.ts')
  const code = await runService(worker, where)
  endSoon(code)
  return code
}

/** What was given up on when the service had drained, a session of a silent next hop, keeps no process. */
function endSoon(code: number): void {
  systemClock.after(second, () => process.exit(code))
}

function workerOf(service: ServiceName, place: string | undefined, drainOnly: boolean): Worker {
  if (place === undefined && !drainOnly) return singleWorker(service)
  const parsed = parseWorkerPlace(place ?? '')
  if (parsed === undefined || process.send === undefined)
    throw new UsageError(
      '--worker and --drain-only are for the supervisor; set Workers and start without --service',
    )
  return { service, ...parsed, drainOnly }
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
  const signals = new ServerSignals(io)
  const config = toldConfig(await loadConfigAside(where.configFile), io)
  if (config === undefined) return exitCodes.toldError
  using _running = keepAlive()
  const workers = await plannedWorkers(config, where.dataFolder)
  const logger = lazyLog(async () => {
    const { openServiceLogger } = await import('../services/program-log/service-logger.ts')
    return await openServiceLogger('Supervisor')
  })
  await mendPrivacy(where.dataFolder, logger)
  const supervisor = new Supervisor({
    workers,
    commandFor: (worker) => workerCommand(worker, where),
    env: { ...oneArena, ...env },
    clock: systemClock,
    logger,
    onReady: onceAllReady(workers, (listeners) => {
      if (signals.stopped) return
      const { Name, Fqdn, Role } = config.Server
      io.stdout.write(
        `\nEdge Relay, server ${Name} (${Fqdn}), role ${Role}\n` +
          `configuration ${where.configFile}, data ${where.dataFolder}\n\n${listenerTable(listeners, widthOf(io))}\n`,
      )
      void removeSocketsBeside(workers, where.dataFolder)
      onListening?.()
    }),
  })
  if (signals.stopped) return exitCodes.fine
  signals.handTo(supervisor)
  return await supervisor.run()
}

/**
 * Sessions and the octets of mail leave garbage that is dead within milliseconds, with buffers hanging
 * on it. A small young generation (MB) frees both soon; Node's default lets them grow to many times what
 * is in use, at no gain. What outlives it waits for a collection of all: with a largest heap below 2 GB
 * V8 lets that come when the heap has doubled, else when it is four times as large. (No service's heap
 * comes near 2 GB.) Both change nothing of compiled code, so that one compile cache serves all processes.
 */
const smallHeap = ['--max-semi-space-size=8', '--max-old-space-size=2000'] as const

/**
 * glibc gives each thread a heap of its own by default, and what one frees is of no use to the others;
 * the threads of a service allocate too seldom at once to gain by that.
 */
const oneArena = { MALLOC_ARENA_MAX: process.env['MALLOC_ARENA_MAX'] ?? '1' }

/** This very program, with the same runtime and its flags. */
function workerCommand(worker: Worker, where: Locations): readonly [string, ...string[]] {
  const { configFile, dataFolder } = where
  const self = process.argv[1] ?? ''
  const options = [...workerArguments(worker), '--config', configFile, '--data', dataFolder]
  return [process.execPath, ...smallHeap, ...process.execArgv, self, 'start', ...options]
}

/** Only now is it certain that no other server runs on this data folder. */
async function removeSocketsBeside(workers: readonly Worker[], dataFolder: string): Promise<void> {
  for (const service of serviceNames) {
    const own = workers.filter((worker) => worker.service === service)
    const running = own.map(({ number }) => number)
    if (own.length > 0) await removeOldSockets(dataFolder, service, running).catch(() => undefined)
  }
}

/** Calls `tell` with the listeners of each service, the first time that all workers listen. */
function onceAllReady(
  workers: readonly Worker[],
  tell: (listeners: readonly (ListenerRow & { service: ServiceName })[]) => void,
) {
  const awaited = new Set(workers.filter(({ drainOnly }) => !drainOnly))
  const rows = new Map<ServiceName, readonly ListenerRow[]>()
  return (worker: Worker, listeners: readonly ListenerRow[]) => {
    if (!awaited.delete(worker)) return
    rows.set(worker.service, listeners)
    if (awaited.size > 0) return
    tell([...rows].flatMap(([service, own]) => own.map((row) => ({ ...row, service }))))
  }
}
