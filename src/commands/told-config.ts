import type { ConfigResult } from '../config/config-result.ts'
import { formatProblem } from '../config/located-problem.ts'
import type { ServerConfig } from '../config/server-config.ts'
import type { CommandIo } from './command-io.ts'

/** The configuration that was read; with problems it tells them all on stderr and gives undefined. */
export function toldConfig(result: ConfigResult, io: CommandIo): ServerConfig | undefined {
  if ('config' in result) return result.config
  for (const problem of result.problems) io.stderr.write(`${formatProblem(problem)}\n`)
  return undefined
}
