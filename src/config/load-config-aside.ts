import { workedOutAside } from '../base/aside.ts'
import { type ConfigResult, freezeConfig } from './config-result.ts'

const program = new URL('./load-config-process.ts', import.meta.url)

/**
 * Reads and checks a configuration file aside: the schemas and the YAML reader take 30 MB, and a
 * large file stops no session. Rejects when no process can be had.
 */
export async function loadConfigAside(file: string): Promise<ConfigResult> {
  const does = `reads ${file}`
  const loaded = await workedOutAside<ConfigResult>({ program, argument: file, does })
  return 'config' in loaded ? { ...loaded, config: freezeConfig(loaded.config) } : loaded
}
