import { ShellError } from '../../admin/shell/shell-error.ts'
import { formatProblem } from '../../config/located-problem.ts'
import type { ServerConfig } from '../../config/server-config.ts'

/** Reads the configuration as it stands. Rejects with a ShellError that names the first problems. */
export async function currentConfig(file: string): Promise<ServerConfig> {
  const { loadConfig } = await import('../../config/load-config.ts')
  const result = await loadConfig(file)
  if ('config' in result) return result.config
  const [first, ...more] = result.problems
  const told = first === undefined ? file : formatProblem(first)
  const others = more.length === 0 ? '' : ` (and ${more.length} more; see edge check-config)`
  throw new ShellError(`The configuration cannot be used: ${told}${others}`, {
    id: 'InvalidConfiguration',
    category: 'InvalidData',
    target: file,
  })
}
