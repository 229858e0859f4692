import { join } from 'node:path'
import { type AdminMethod, openAdminEndpoint, adminSocketPath } from '../admin/admin-endpoint.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import { keepAlive } from '../base/keep-alive.ts'
import type { ConfigWatcher } from '../config/config-watcher.ts'
import type { ServerConfig } from '../config/server-config.ts'
import type { Certificates } from '../tls/certificates.ts'
import { type ServiceLogger, openServiceLogger } from './service-logger.ts'
import type { ListenerRow, ServiceMessage } from './service-messages.ts'
import type { ServiceName } from './service-names.ts'

/** Where a server's files are. */
export interface Locations {
  readonly configFile: string
  readonly dataFolder: string
}

/** What every service is built from. */
export interface ServiceGround {
  readonly config: Live<ServerConfig>
  readonly certificates: Live<Certificates>
  readonly dataFolder: string
  readonly clock: Clock
  readonly logger: ServiceLogger
  /** Ends the process with an error, to be started again: its state can no longer be trusted. */
  readonly fail: (reason: string) => void
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
