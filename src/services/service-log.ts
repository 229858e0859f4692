import { type Live, mapLive } from '../base/live.ts'
import { systemRandom } from '../base/random.ts'
import { ConnectivityLogWriter } from '../logs/connectivity-log-writer.ts'
import type {
  ConnectivityLogSettings,
  LoggingService,
  ProtocolLogSettings,
} from '../logs/log-folders.ts'
import { openProtocolLog } from '../logs/open-protocol-log.ts'
import type { ProtocolLogWriter } from '../logs/protocol-log-writer.ts'
import { SessionIds } from '../logs/session-ids.ts'
import type { ServiceGround } from './service-ground.ts'

/** The logs that both services keep. */
export interface ServiceLogs extends AsyncDisposable {
  readonly receive: ProtocolLogWriter
  readonly send: ProtocolLogWriter
  readonly connectivity: ConnectivityLogWriter
}

/** Opens the SmtpReceive and SmtpSend protocol logs and the connectivity log of a service. */
export function openServiceLogs(ground: ServiceGround, service: LoggingService): ServiceLogs {
  const { worker, dataFolder, clock, logger } = ground
  const settings: Live<ProtocolLogSettings & ConnectivityLogSettings> = mapLive(
    ground.config,
    (config) =>
      service === 'FrontEnd' ? config.FrontendTransportService : config.TransportService,
  )
  const ids = new SessionIds(clock, systemRandom, worker.number - 1)
  const warn = (message: string) => logger.warn({}, message)
  const common = { settings, service, dataFolder, ids, clock, warn }
  const receive = openProtocolLog({ ...common, direction: 'Receive' })
  const send = openProtocolLog({ ...common, direction: 'Send' })
  const connectivity = new ConnectivityLogWriter(common)
  return {
    receive,
    send,
    connectivity,
    async [Symbol.asyncDispose]() {
      await receive.close()
      await send.close()
      await connectivity.close()
    },
  }
}
