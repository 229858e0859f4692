import { resolve } from 'node:path'

/** A folder that mail is taken from. */
export type FolderKind = 'Pickup' | 'Replay'

/** Set-TransportService's parameters on these folders. */
export interface FolderSettings {
  readonly PickupDirectoryPath: string
  readonly ReplayDirectoryPath: string
  readonly PickupDirectoryMaxHeaderSize: number
  readonly PickupDirectoryMaxMessagesPerMinute: number
  readonly PickupDirectoryMaxRecipientsPerMessage: number
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
