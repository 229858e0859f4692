import type { z } from 'zod'
import { LiveValue } from '../../../base/live.ts'
import { notationOf } from '../../../base/setting-fields.ts'
import { settingsSections } from '../../../config/config-file.ts'
import type { ServerConfig } from '../../../config/server-config.ts'
import type { SettingChanges } from '../../../config/setting-text.ts'
import {
  type AgentLogSettings,
  type ConnectivityLogSettings,
  type ProtocolDirection,
  type ProtocolLogSettings,
  type ServiceLogPlace,
  agentLogFolder,
  connectivityLogFiles,
  protocolLogFiles,
  trackingLogFolder,
} from '../../../logs/log-folders.ts'
import { folderPath } from '../../../pickup/folder-path.ts'
import { type View, tableView } from '../../values/view.ts'
import type { Cmdlet } from '../../shell/cmdlet.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { ByteSize, ShellObject, TimeSpan, type Value } from '../../values/value.ts'
import type { Configuration } from './configuration.ts'
import { sectionCmdlets } from './section-cmdlets.ts'
import { settingParameters } from './setting-parameters.ts'
import { transportServiceHelp } from './transport-service-help.ts'

/** The commands on the Transport service, `TransportServer` by its older name. */
export function transportServiceCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return sectionCmdlets(configuration, {
    ...serviceNoun('TransportService'),
    title: 'Transport service',
    aliases: ['TransportServer'],
    show: (config) => transportServiceObject(config, configuration.dataFolder),
    examples: {
      get: [{ code: 'Get-TransportService | Format-List', text: 'Shows all settings.' }],
      set: [
        {
          code: 'Set-TransportService EDGE01 -MessageExpirationTimeout 3.00:00:00',
          text: 'Tries each message for three days.',
        },
      ],
    },
  })
}

/** The commands on the Front End Transport service. */
export function frontendTransportServiceCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return sectionCmdlets(configuration, {
    ...serviceNoun('FrontendTransportService'),
    title: 'Front End Transport service',
    show: (config) => frontendTransportServiceObject(config, configuration.dataFolder),
    require: ({ Server }) => {
      if (Server.Role === 'Mailbox') return
      throw new ShellError('An Edge Transport server has no Front End Transport service.', {
        ...{ id: 'ServiceNotOnThisRole', category: 'InvalidOperation' },
      })
    },
    examples: {
      get: [{ code: 'Get-FrontendTransportService | Format-List', text: 'Shows all settings.' }],
      set: [
        {
          code: 'Set-FrontendTransportService -ReceiveProtocolLogMaxAge 7.00:00:00',
          text: 'Keeps its protocol log of receiving for a week.',
        },
      ],
    },
  })
}

type Service = 'TransportService' | 'FrontendTransportService'

const serviceNoun = (section: Service) => ({
  section,
  ofServer: true,
  settings: settingParameters(section, settingsSections[section], transportServiceHelp),
  adjust: withoutFolders,
})

/** `$null` for a path switches off the log, or the folder; in the file that is a word of its own. */
function withoutFolders(changes: SettingChanges): SettingChanges {
  const adjusted = Object.entries(changes).map(([name, value]) => [
    name,
    /(?:Log|Directory)Path$/.test(name) && value === undefined ? '$null' : value,
  ])
  return Object.fromEntries(adjusted) as SettingChanges
}

function transportServiceObject(config: ServerConfig, dataFolder: string): ShellObject {
  const { Server, TransportService: settings } = config
  const service = Server.Role === 'Edge' ? 'Edge' : 'Hub'
  return serviceObject('TransportService', config, {
    view: tableView('Name', 'MessageExpirationTimeout', 'MaxOutboundConnections'),
    folders: {
      ...logFolders(settings, { service, dataFolder }),
      MessageTrackingLogPath: trackingLogFolder(settings, dataFolder) ?? null,
      PickupDirectoryPath: folderPath('Pickup', settings, dataFolder) ?? null,
      ReplayDirectoryPath: folderPath('Replay', settings, dataFolder) ?? null,
    },
  })
}

function frontendTransportServiceObject(config: ServerConfig, dataFolder: string): ShellObject {
  const place = { service: 'FrontEnd', dataFolder } as const
  return serviceObject('FrontendTransportService', config, {
    view: tableView('Name', 'MaxConnectionRatePerMinute', 'ReceiveProtocolLogPath'),
    folders: logFolders(config.FrontendTransportService, place),
  })
}

/** Where the logs stand, as Exchange tells it: also when no path was ever set. */
type Folders = Readonly<Record<string, string | null>>

function logFolders(
  settings: ProtocolLogSettings & ConnectivityLogSettings & AgentLogSettings,
  place: ServiceLogPlace,
): Folders {
  // Where the connectivity log stands when it is switched on.
  const live = new LiveValue({ ...settings, ConnectivityLogEnabled: true })
  const folder = (direction: ProtocolDirection) =>
    protocolLogFiles(live, { ...place, direction }).current.folder ?? null
  return {
    ReceiveProtocolLogPath: folder('Receive'),
    SendProtocolLogPath: folder('Send'),
    AgentLogPath: agentLogFolder(settings, place) ?? null,
    ConnectivityLogPath: connectivityLogFiles(live, place).current.folder ?? null,
  }
}

function serviceObject(
  section: Service,
  config: ServerConfig,
  { view, folders }: { readonly view: View; readonly folders: Folders },
): ShellObject {
  const { Name } = config.Server
  const settings = shownSettings(settingsSections[section], config[section])
  return new ShellObject({
    type: section,
    view,
    properties: { Name, ...settings, ...folders, Identity: Name, IsValid: true },
  })
}

/** The settings of a section as values of the shell, in the order of the schema. */
export function shownSettings(
  schema: z.ZodObject,
  settings: object,
): Readonly<Record<string, Value>> {
  const values = new Map<string, unknown>(Object.entries(settings))
  return Object.fromEntries(
    Object.entries(schema.shape).map(([name, field]) => [
      name,
      shownValue(field as z.ZodType, values.get(name)),
    ]),
  )
}

function shownValue(field: z.ZodType, value: unknown): Value {
  if (typeof value === 'number') {
    const kind = notationOf(field)?.kind
    if (kind === 'timeSpan') return new TimeSpan(value)
    return kind === 'byteSize' && value !== Infinity ? new ByteSize(value) : value
  }
  if (typeof value === 'string') return value.toLowerCase() === '$null' ? null : value
  if (typeof value === 'boolean') return value
  return Array.isArray(value) ? value.map(String) : null
}
