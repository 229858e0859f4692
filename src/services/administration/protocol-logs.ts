import { resolve } from 'node:path'
import type { ProtocolLogService, ProtocolLogs } from '../../admin/cmdlets/protocol-log.ts'
import { LiveValue } from '../../base/live.ts'
import type { ServerConfig } from '../../config/server-config.ts'
import { type LoggingService, protocolLogFiles } from '../../logs/log-folders.ts'
import { readProtocolLogs } from '../../logs/protocol-log-reader.ts'
import { protocolLogPrefixes } from '../../logs/open-protocol-log.ts'
import { currentConfig } from './current-config.ts'

interface Place {
  readonly service: ProtocolLogService
  readonly direction: 'Receive' | 'Send'
  readonly folder: string
  readonly prefix: string
}

/** The protocol logs where a configuration file places them. */
export function fileProtocolLogs(configFile: string, dataFolder: string): ProtocolLogs {
  return {
    async *search({ service, direction, ...query }) {
      const config = await currentConfig(configFile)
      const places = placesOf(config, resolve(dataFolder)).filter(
        (place) =>
          (service === undefined || place.service === service) &&
          (direction === undefined || place.direction === direction),
      )
      for await (const { record, place } of readProtocolLogs({ places, ...query })) {
        yield { ...record, service: place.service, direction: place.direction }
      }
    },
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
