import { join, resolve, sep } from 'node:path'

/** A folder that mail is taken from. */
export type FolderKind = 'Pickup' | 'Replay'

/** Set-TransportService's parameters on these folders. */
export interface FolderSettings {
  readonly PickupDirectoryPath: string
  readonly ReplayDirectoryPath: string
  readonly PickupDirectoryMaxHeaderSize: number
  readonly PickupDirectoryMaxMessagesPerMinute: number
  readonly PickupDirectoryMaxRecipientsPerMessage: number
  readonly PoisonMessageDetectionEnabled: boolean
  readonly PoisonThreshold: number
}

/** Where a folder is; undefined when it is switched off by an empty path or `$null`. */
export function folderPath(
  kind: FolderKind,
  settings: Pick<FolderSettings, 'PickupDirectoryPath' | 'ReplayDirectoryPath'>,
  dataFolder: string,
): string | undefined {
  const path = settings[`${kind}DirectoryPath`].trim()
  return path === '' || path.toLowerCase() === '$null' ? undefined : resolve(dataFolder, path)
}

/** Folders of the data folder that are the relay's own: what is deleted there is lost. */
const ownFolders: readonly string[] = ['queue', 'logs', 'certs', 'run']

/** Whether a path is among the relay's own files, or has them below it. */
export function isOwnFolder(path: string, dataFolder: string): boolean {
  return ownFolders.some((name) => {
    const own = join(resolve(dataFolder), name)
    return path === own || path.startsWith(own + sep) || own.startsWith(path + sep)
  })
}
