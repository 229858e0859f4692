import { loadConfig } from '../config/load-config.ts'
import type { ServerConfig } from '../config/server-config.ts'
import type { CommandIo } from './command-io.ts'
import { toldConfig } from './told-config.ts'

/** Reads the configuration; with problems it tells them all on stderr and gives undefined. */
export async function readConfig(file: string, io: CommandIo): Promise<ServerConfig | undefined> {
  return toldConfig(await loadConfig(file), io)
}
