import type { AdminMethod } from '../admin/admin-endpoint.ts'
import type { Clock } from '../base/clock.ts'
import { type Live, LiveValue } from '../base/live.ts'
import { ConfigWatcher } from '../config/config-watcher.ts'
import { loadConfig } from '../config/load-config.ts'
import type { LocatedProblem } from '../config/located-problem.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { CertificateStore } from '../tls/certificate-store.ts'
import type { Certificates } from '../tls/certificates.ts'
import type { ServiceLogger } from './service-logger.ts'
import type { ListenerRow } from './service-messages.ts'

/** Where a server's files are. */
export interface Locations {
  readonly configFile: string
  readonly dataFolder: string
}

/** What every service is built from. */
export interface ServiceGround extends AsyncDisposable {
  readonly config: Live<ServerConfig>
  readonly certificates: Live<Certificates>
  readonly dataFolder: string
  readonly clock: Clock
  readonly logger: ServiceLogger
  /** Ends the process with an error, to be started again: its state can no longer be trusted. */
  readonly fail: (reason: string) => void
  /** Reads the configuration again; with problems the old one stays and they are logged. */
  reload(): void
}

/** A service that listens. */
export interface RunningService extends AsyncDisposable {
  readonly listeners: readonly ListenerRow[]
  readonly adminMethods: Readonly<Record<string, AdminMethod>>
  /** Undefined while it can do its work, else why not. */
  unhealthy(): string | undefined
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
