import type { Clock } from '../../base/clock.ts'
import { unshared } from '../../base/shared-counts.ts'
import type { ProtocolLog } from '../../logs/protocol-log.ts'
import type { Endpoint } from '../../message/message-sink.ts'
import { MinuteCounts } from '../limits/minute-counts.ts'
import type { ReceiveConnector } from '../connectors/receive-connector.ts'
import { SessionLog } from './session-log.ts'

/** What of a connector decides how its sessions are logged. */
export type LoggedConnector = Pick<
  ReceiveConnector,
  'Name' | 'ProtocolLoggingLevel' | 'MaxRecipientsPerMessage'
>

/** The two ends of a connection. */
export interface ConnectionEnds {
  readonly local: Endpoint
  readonly remote: Endpoint
}

/** Connections of one source a minute that are logged although they were dropped at once. */
const mostDroppedLogged = 60

/** The sessions of a service in its protocol log. */
export class SessionLogs {
  readonly #serverName: string
  readonly #log: ProtocolLog
  readonly #clock: Clock
  readonly #dropped: MinuteCounts

  constructor(serverName: string, log: ProtocolLog, clock: Clock) {
    this.#serverName = serverName
    this.#log = log
    this.#clock = clock
    this.#dropped = new MinuteCounts('dropped', clock, unshared)
  }

  /** The log of a new session. */
  open(connector: LoggedConnector, { local, remote }: ConnectionEnds): SessionLog {
    const { Name, ProtocolLoggingLevel, MaxRecipientsPerMessage } = connector
    const verbose = ProtocolLoggingLevel === 'Verbose'
    const connectorId = `${this.#serverName}\\${Name}`
    const records = this.#log.session({ connectorId, local, remote, verbose })
    return new SessionLog(records, {
      verbose,
      maxRecipients: MaxRecipientsPerMessage,
      startedAt: this.#clock.now(),
    })
  }

  /** A connection that ends before a word was said. */
  dropped(connector: LoggedConnector, ends: ConnectionEnds, reason: string): void {
    if (!this.#dropped.add(ends.remote.address, mostDroppedLogged)) return
    const log = this.open(connector, ends)
    log.connected()
    log.note(reason)
    log.disconnected('Local')
  }

  /** The same where no connector serves the client: it is logged if one of those that listen there is. */
  unserved(listening: readonly LoggedConnector[], ends: ConnectionEnds, reason: string): void {
    const verbose = listening.some((connector) => connector.ProtocolLoggingLevel === 'Verbose')
    const ProtocolLoggingLevel = verbose ? 'Verbose' : 'None'
    this.dropped({ Name: '', ProtocolLoggingLevel, MaxRecipientsPerMessage: 0 }, ends, reason)
  }
}
