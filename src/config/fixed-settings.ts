import type { LoadedConfig } from './config-result.ts'
import type { ServerConfig } from './server-config.ts'

/**
 * What cannot change under running services: who the server is, for names of files and certificates
 * hang on it, and how many processes there are.
 */
const fixedSettings: Readonly<Record<string, (config: ServerConfig) => unknown>> = {
  'Server.Name': ({ Server }) => Server.Name,
  'Server.Fqdn': ({ Server }) => Server.Fqdn,
  'Server.Role': ({ Server }) => Server.Role,
  'TransportService.Workers': ({ TransportService }) => TransportService.Workers,
  'FrontendTransportService.Workers': ({ FrontendTransportService }) =>
    FrontendTransportService.Workers,
}

/** The settings that differ and wait for a restart. */
export function fixedChanges(before: ServerConfig, after: ServerConfig): string[] {
  return Object.entries(fixedSettings)
    .filter(([, valueIn]) => valueIn(before) !== valueIn(after))
    .map(([name]) => name)
}

/** The new configuration, with what is fixed as it was, and what follows from it. */
export function withFixedSettings(
  before: ServerConfig,
  { config: after, sections }: LoadedConfig,
): ServerConfig {
  const { Server, TransportService, FrontendTransportService } = before
  // The default connectors are those of the role, under the server's name.
  const hasOtherDefaults =
    !sections.includes('ReceiveConnectors') &&
    (after.Server.Role !== Server.Role || after.Server.Name !== Server.Name)
  return Object.freeze({
    ...after,
    Server,
    ...(hasOtherDefaults && { ReceiveConnectors: before.ReceiveConnectors }),
    TransportService: Object.freeze({
      ...after.TransportService,
      Workers: TransportService.Workers,
    }),
    FrontendTransportService: Object.freeze({
      ...after.FrontendTransportService,
      Workers: FrontendTransportService.Workers,
    }),
  })
}
