import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type ConfigResult, freezeConfig } from './config-result.ts'

const program = fileURLToPath(new URL('./load-config-process.ts', import.meta.url))

/**
 * Reads and checks a configuration file in a process that ends with it: the schemas and the YAML
 * reader, 30 MB, do not stay in one that runs for months, and a large file stops no session. (A
 * thread would leave most of its memory behind.) Rejects when no process can be had.
 */
export async function loadConfigAside(file: string): Promise<ConfigResult> {
  const child = fork(program, [file], { serialization: 'advanced', execArgv: [] })
  const result = once(child, 'message') as Promise<[ConfigResult]>
  const ended = once(child, 'exit').then(([how]) => {
    throw new Error(`the process that reads ${file} ended (${String(how)})`)
  })
  // Either may come to nothing once the other is there.
  ended.catch(() => undefined)
  const [loaded] = await Promise.race([result, ended])
  return 'config' in loaded ? { ...loaded, config: freezeConfig(loaded.config) } : loaded
}
