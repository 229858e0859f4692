import { loadConfig } from '../config/load-config.ts'
import { formatProblem } from '../config/located-problem.ts'
import type { ServerConfig } from '../config/server-config.ts'
import type { CommandIo } from './command-io.ts'

/** Reads the configuration; with problems it tells them all on stderr and gives undefined. */
export async function readConfig(file: string, io: CommandIo): Promise<ServerConfig | undefined> {
  const result = await loadConfig(file)
  if ('config' in result) return result.config
  for (const problem of result.problems) io.stderr.write(`${formatProblem(problem)}\n`)
  return undefined
}
