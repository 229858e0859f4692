import { mapLive } from '../base/live.ts'
import { TrackingLogWriter } from '../logs/tracking-log-writer.ts'
import type { TrackingEntry } from '../logs/tracking-log.ts'
import { randomGuid } from '../message/message-id.ts'
import type { StoppedMessage } from '../pipeline/submitted-message.ts'
import type { QueueEvent } from '../queue/queue-events.ts'
import { MailLines } from './mail-lines.ts'
import type { ServiceGround } from './service-ground.ts'
import {
  type Received,
  queueEventEntries,
  receivedEntries,
  stoppedEntry,
} from './tracking-entries.ts'

/** The Transport service's message tracking: what it is told goes to the log, and to a person who looks on. */
export interface MessageTracking extends AsyncDisposable {
  received(received: Received): void
  /** An agent ended a message before it was accepted. */
  stopped(stopped: StoppedMessage): void
  queueEvent(event: QueueEvent): void
}

/** Opens the message tracking log; it follows the settings. */
export function openMessageTracking(
  ground: Pick<ServiceGround, 'config' | 'dataFolder' | 'clock' | 'logger' | 'tellsMail'>,
): MessageTracking {
  const tracking = openTrackingLog(ground)
  if (!ground.tellsMail) return tracking
  const lines = new MailLines(ground.logger, ground.clock)
  return {
    received(received) {
      tracking.received(received)
      lines.received(received.copies)
    },
    stopped: (stopped) => tracking.stopped(stopped),
    queueEvent(event) {
      tracking.queueEvent(event)
      lines.queueEvent(event)
    },
    [Symbol.asyncDispose]: () => tracking[Symbol.asyncDispose](),
  }
}

function openTrackingLog(
  ground: Pick<ServiceGround, 'config' | 'dataFolder' | 'clock' | 'logger'>,
): MessageTracking {
  const { config, dataFolder, clock, logger } = ground
  const log = new TrackingLogWriter({
    settings: mapLive(config, ({ TransportService }) => TransportService),
    dataFolder,
    clock,
    newGuid: randomGuid,
    warn: (message) => logger.warn({}, message),
  })
  const write = (entries: () => readonly TrackingEntry[]) => {
    if (log.enabled) for (const entry of entries()) log.record(entry)
  }
  const server = (): string => config.current.Server.Name
  return {
    received: (received) => write(() => receivedEntries(received, server())),
    stopped: (stopped) => write(() => [stoppedEntry(stopped, server())]),
    queueEvent: (event) => write(() => queueEventEntries(event, server())),
    [Symbol.asyncDispose]: () => log.close(),
  }
}
