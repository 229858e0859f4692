import { resolve } from 'node:path'
import type { ProtocolLogService, ProtocolLogs } from '../../admin/cmdlets/logs/protocol-log.ts'
import { type Clock, systemClock } from '../../base/clock.ts'
import { LiveValue } from '../../base/live.ts'
import type { ServerConfig } from '../../config/server-config.ts'
import { type LoggingService, protocolLogFiles } from '../../logs/log-folders.ts'
import { type FollowOptions, followLogs } from '../../logs/follow-log.ts'
import type { PlacedRecord } from '../../logs/csv-log-reader.ts'
import { readProtocolLogs } from '../../logs/protocol-log-reader.ts'
import { type ProtocolLogRecord, parseProtocolLogLine } from '../../logs/protocol-log-record.ts'
import { protocolLogPrefixes } from '../../logs/open-protocol-log.ts'
import { currentConfig } from './current-config.ts'
import { internalSessions } from './internal-sessions.ts'

interface Place {
  readonly service: ProtocolLogService
  readonly direction: 'Receive' | 'Send'
  readonly folder: string
  readonly prefix: string
}

/** The protocol logs where a configuration file places them. */
export function fileProtocolLogs(
  configFile: string,
  dataFolder: string,
  clock: Clock = systemClock,
): ProtocolLogs {
  return {
    async *search({ service, direction, follow, ...query }) {
      const config = await currentConfig(configFile)
      const isInternal = internalSessions(config)
      const places = placesOf(config, resolve(dataFolder)).filter(
        (place) =>
          (service === undefined || place.service === service) &&
          (direction === undefined || place.direction === direction),
      )
      const found = follow
        ? followed(places, { clock, ...query })
        : readProtocolLogs({ places, ...query })
      for await (const { record, place } of found) {
        const { service, direction } = place
        yield { ...record, service, direction, internal: isInternal(record, place) }
      }
    },
  }
}

/** What is written from now on, by its time as far as it is there at once. */
async function* followed(
  places: readonly Place[],
  { text, ...options }: FollowOptions & { readonly text: string | undefined },
): AsyncGenerator<PlacedRecord<Place, ProtocolLogRecord>, void> {
  const wanted = text?.toLowerCase()
  for await (const lines of followLogs(places, options)) {
    const records = lines.flatMap(({ log: place, line }) => {
      if (wanted !== undefined && !line.toLowerCase().includes(wanted)) return []
      const record = parseProtocolLogLine(line)
      return record === undefined ? [] : [{ record, place }]
    })
    yield* records.toSorted((a, b) => a.record.time - b.record.time)
  }
}

function placesOf(config: ServerConfig, dataFolder: string): readonly Place[] {
  const transport = config.Server.Role === 'Edge' ? 'Edge' : 'Hub'
  const services: readonly (readonly [ProtocolLogService, LoggingService])[] =
    config.Server.Role === 'Edge'
      ? [['Transport', transport]]
      : [
          ['FrontendTransport', 'FrontEnd'],
          ['Transport', transport],
        ]
  return services.flatMap(([service, logging]) => {
    const settings = new LiveValue(
      service === 'Transport' ? config.TransportService : config.FrontendTransportService,
    )
    return (['Receive', 'Send'] as const).flatMap((direction) => {
      const place = { service: logging, direction, dataFolder }
      const { folder } = protocolLogFiles(settings, place).current
      // A path of $null: the log is off.
      if (folder === undefined) return []
      return [{ service, direction, folder, prefix: protocolLogPrefixes[direction] }]
    })
  })
}
