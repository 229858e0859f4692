import { isAbsolute, join, relative } from 'node:path'
import { z } from 'zod'
import type { Problem } from '../../base/problem.ts'
import { byteSize, flag, list, text } from '../../base/setting-fields.ts'
import { addressSpaceNotation, anyAddressSpace } from '../../pipeline/address-space.ts'

const largest = 2 ** 31 - 1

/** A Foreign connector's settings, by Exchange's parameter names. Sizes are bytes. */
export const foreignConnectorSchema = z.strictObject({
  Name: text(),
  Enabled: flag().default(true),
  Comment: text().default(''),
  AddressSpaces: list(anyAddressSpace(), addressSpaceNotation),
  /** Names of the servers that use the connector; none: this one. */
  SourceTransportServers: list(text()).default([]),
  /** Below RootDropDirectoryPath; empty: the connector's name. */
  DropDirectory: text().default(''),
  /** What all files in the folder together may have. */
  DropDirectoryQuota: byteSize(1, largest, true).default(Infinity),
  /** 0 takes the connector out of use. */
  MaxMessageSize: byteSize(0, largest, true).default(Infinity),
  /** Whether senders who asked for notifications of success hear from us that a file was written. */
  RelayDsnRequired: flag().default(false),
})

/** A way into a folder from which another program takes the mail. */
export type ForeignConnector = Readonly<z.output<typeof foreignConnectorSchema>>

/** A Drop folder. */
export interface DropPlace {
  readonly path: string
  /** Below the data folder: it is made when absent. All others must exist. */
  readonly isOurs: boolean
}

/** What Drop folders stand in. */
export interface DropRoot {
  readonly dataFolder: string
  /** RootDropDirectoryPath of the Transport service; empty: `drop` in the data folder. */
  readonly root: string
}

/** Where the connector's files go. */
export function dropPlace(
  { Name, DropDirectory }: Pick<ForeignConnector, 'Name' | 'DropDirectory'>,
  { dataFolder, root }: DropRoot,
): DropPlace {
  const own = join(dataFolder, 'drop')
  const below = DropDirectory === '' ? Name : DropDirectory
  const path = isAbsolute(below) ? below : join(root === '' ? own : root, below)
  return { path, isOurs: isWithin(path, own) }
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '' && !way.startsWith('..') && !isAbsolute(way)
}

/** Everything that makes these connectors unfit. Paths start at `ForeignConnectors`. */
export function checkForeignConnectors(
  connectors: readonly ForeignConnector[],
  { RootDropDirectoryPath: root }: { readonly RootDropDirectoryPath: string },
): Problem[] {
  return connectors.flatMap((connector, index) => {
    const { DropDirectory, Name, AddressSpaces } = connector
    const problems: Problem[] = []
    const refuse = (setting: keyof ForeignConnector, message: string) =>
      problems.push({ path: ['ForeignConnectors', index, setting], message })
    if (AddressSpaces.length === 0)
      refuse('AddressSpaces', 'Give at least one address space; * is every domain.')
    if (DropDirectory === '' && (Name.includes('/') || !staysBelow(Name)))
      refuse('Name', `"${Name}" is no name for a folder: give DropDirectory.`)
    else if (isAbsolute(DropDirectory) && root !== '')
      refuse('DropDirectory', 'A whole path cannot stand below RootDropDirectoryPath: empty one.')
    else if (/^(?:[a-z]:|\\)\\/i.test(DropDirectory))
      refuse('DropDirectory', `must be a folder of this machine, not "${DropDirectory}"`)
    else if (DropDirectory !== '' && !isAbsolute(DropDirectory) && !staysBelow(DropDirectory))
      refuse('DropDirectory', `"${DropDirectory}" leads out of the folder of all Drop folders.`)
    return problems
  })
}

/** Whether a relative path names something below the folder that it is taken from. */
function staysBelow(path: string): boolean {
  return !path.includes('\0') && isWithin(join('/root', path), '/root')
}
