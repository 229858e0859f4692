import { parseArgs } from 'node:util'
import { configJsonSchema } from '../config/json-schema.ts'
import { loadConfig } from '../config/load-config.ts'
import { formatProblem } from '../config/located-problem.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { type CommandIo, exitCodes } from './command-io.ts'
import { locations } from './locations.ts'

const usage = 'usage: edge check-config [--config FILE] [--schema]\n'

/**
 * `edge check-config`: every problem of the configuration with its place, one a line, on standard
 * error; or one line on standard output when it is right. `--schema` prints the JSON Schema.
 */
export async function checkConfigCommand(
  args: readonly string[],
  io: Pick<CommandIo, 'stdout' | 'stderr' | 'env'>,
): Promise<number> {
  const flags = readFlags(args)
  if (typeof flags === 'string') {
    io.stderr.write(`edge check-config: ${flags}\n${usage}`)
    return exitCodes.usage
  }
  if (flags.help) {
    io.stdout.write(usage)
    return exitCodes.fine
  }
  if (flags.schema) {
    io.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`)
    return exitCodes.fine
  }
  const { configFile } = locations({ config: flags.config, env: io.env })
  const result = await loadConfig(configFile)
  if ('problems' in result) {
    for (const problem of result.problems) io.stderr.write(`${formatProblem(problem)}\n`)
    return exitCodes.failed
  }
  for (const warning of result.warnings) io.stderr.write(`warning: ${formatProblem(warning)}\n`)
  io.stdout.write(`${summary(configFile, result.config)}\n`)
  return exitCodes.fine
}

interface Flags {
  readonly config: string | undefined
  readonly schema: boolean
  readonly help: boolean
}

function readFlags(args: readonly string[]): Flags | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        schema: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return { config: values.config, schema: values.schema, help: values.help }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function summary(file: string, config: ServerConfig): string {
  const counts = [
    counted(config.ReceiveConnectors.length, 'Receive connector'),
    counted(config.SendConnectors.length, 'Send connector'),
    counted(config.AcceptedDomains.length, 'accepted domain'),
    counted(config.Users.length, 'user'),
    counted(config.Certificates.length, 'certificate'),
  ]
  const { Name, Fqdn, Role } = config.Server
  return `OK: ${counts.join(', ')} (${Role} server ${Name}, ${Fqdn}, ${file})`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
