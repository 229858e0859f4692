import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AdminMethod } from '../admin/admin-endpoint.ts'
import type { Clock } from '../base/clock.ts'
import { type Live, LiveValue, mapLive } from '../base/live.ts'
import { ConfigWatcher, type ReloadResult } from '../config/config-watcher.ts'
import { loadConfigAside } from '../config/load-config-aside.ts'
import type { LocatedProblem } from '../config/located-problem.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { CertificateStore, type CertificateStoreOptions } from '../tls/certificate-store.ts'
import { makeSelfSignedAside } from '../tls/self-signed-aside.ts'
import type { Certificates } from '../tls/certificates.ts'
import type { ProgramLog } from '../base/program-log.ts'
import { CertificateWatch } from './certificate-watch.ts'
import type { ListenerRow } from './workers/service-messages.ts'
import { startWarnings } from './start-warnings.ts'
import type { Siblings } from './workers/supervisor-channel.ts'
import type { Worker } from './workers/worker.ts'

/** Where a server's files are. */
export interface Locations {
  readonly configFile: string
  readonly dataFolder: string
}

/** What every service is built from. */
export interface ServiceGround extends AsyncDisposable {
  readonly worker: Worker
  /** Undefined when the service runs as a single process. */
  readonly siblings: Siblings | undefined
  readonly config: Live<ServerConfig>
  readonly certificates: Certificates
  /** The connectors of the service that have not the certificate they should have, one line each. */
  certificateGaps(): readonly string[]
  readonly dataFolder: string
  readonly clock: Clock
  readonly logger: ProgramLog
  /** Aborts when the service is told to stop, so that a start under way need not be waited for. */
  readonly stopping: AbortSignal
  /** The log has a line for each message. */
  readonly tellsMail: boolean
  /** Ends the process with an error, to be started again: its state can no longer be trusted. */
  readonly fail: (reason: string) => void
  /** Reads the configuration again; with problems the old one stays and they are logged and given. */
  reload(): Promise<ReloadResult>
}

/** A service that listens. */
export interface RunningService extends AsyncDisposable {
  readonly listeners: readonly ListenerRow[]
  readonly adminMethods: Readonly<Record<string, AdminMethod>>
  /** Undefined while it can do its work, else why not. */
  unhealthy(): string | undefined
  /** Resolves when the configuration's latest change is in force; rejects when a part of it cannot be. */
  inForce(): Promise<unknown>
  /** Of a worker that only drains: resolves when it holds no mail any more. */
  readonly emptied?: Promise<void>
  /** Takes nothing new and finishes what it has in hand. */
  drain(): Promise<void>
}

/** Starting is no use until a person has mended something: told in one line, exit code 1. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart'
  readonly problems: readonly LocatedProblem[]

  constructor(message: string, problems: readonly LocatedProblem[] = [], options?: ErrorOptions) {
    super(message, options)
    this.problems = problems
  }
}

type GroundOptions = Pick<
  ServiceGround,
  'worker' | 'siblings' | 'clock' | 'logger' | 'tellsMail' | 'stopping' | 'fail'
>

/** Reads the configuration and the certificates and follows both. Rejects with CannotStart. */
export async function openGround(
  { configFile, dataFolder }: Locations,
  { worker, siblings, clock, logger, tellsMail, stopping, fail }: GroundOptions,
): Promise<ServiceGround> {
  const textAtStart = await readFile(configFile, 'utf8').catch(() => '')
  const loaded = await loadConfigAside(configFile)
  if ('problems' in loaded) {
    throw new CannotStart(`${configFile} has ${loaded.problems.length} problems`, loaded.problems)
  }
  // One process of a server tells what is questionable in its configuration; twice would be noise.
  if (worker.service === 'Transport' && worker.number === 1) {
    for (const warning of startWarnings(loaded.warnings)) logger.warn({}, warning)
  }
  const config = new LiveValue(loaded.config)
  const log = plainLog(logger)
  const ownLog = worker.number === 1 ? log : silentLog
  const gaps = new CertificateWatch({ service: worker.service, config, log: ownLog })
  const certificates = await openCertificates(config, {
    ...{ dataFolder, clock, log },
    onRead: (read) => gaps.read(read),
  })
  const watcher = new ConfigWatcher({
    ...{ file: configFile, live: config, clock, log: ownLog },
    ...{ load: loadConfigAside, atStart: { text: textAtStart, sections: loaded.sections } },
  })
  return {
    ...{
      worker,
      siblings,
      config,
      certificates,
      dataFolder,
      clock,
      logger,
      tellsMail,
      stopping,
      fail,
    },
    certificateGaps: () => gaps.lines(),
    async reload() {
      const result = await watcher.reload()
      // After the configuration, which may name other certificates now.
      await certificates.reload()
      return result
    },
    async [Symbol.asyncDispose]() {
      await watcher[Symbol.asyncDispose]()
      await certificates[Symbol.asyncDispose]()
    },
  }
}

interface CertificatesOptions extends Pick<CertificateStoreOptions, 'clock' | 'log' | 'onRead'> {
  readonly dataFolder: string
}

async function openCertificates(
  config: Live<ServerConfig>,
  { dataFolder, ...options }: CertificatesOptions,
): Promise<CertificateStore> {
  const folder = join(dataFolder, 'certs')
  try {
    return await CertificateStore.open({
      configured: mapLive(config, ({ Certificates }) => Certificates),
      folder,
      fqdn: config.current.Server.Fqdn,
      make: makeSelfSignedAside,
      ...options,
    })
  } catch (error) {
    throw new CannotStart(
      `the server's own certificates cannot be kept in ${folder} (${messageOf(error)}); make the data folder writable or name another with --data`,
      [],
      { cause: error },
    )
  }
}

/** The program log for parts that have a message and nothing beside. */
function plainLog(logger: ProgramLog) {
  return {
    info: (message: string) => logger.info({}, message),
    warn: (message: string) => logger.warn({}, message),
    error: (message: string) => logger.error({}, message),
  }
}

/** For what the service's first worker tells for all: they read the same file. */
const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** What an unknown error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
