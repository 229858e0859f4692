import { parseArgs } from 'node:util'
import { configJsonSchema } from '../config/json-schema.ts'
import { loadConfig } from '../config/load-config.ts'
import { formatProblem } from '../config/located-problem.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { loadRecipientFile } from '../directory/loaded-file.ts'
import { type Command, type CommandIo, exitCodes } from './command-io.ts'
import { locations, requireKnownVariables } from './locations.ts'

/** `edge check-config`: every problem of the configuration with its place, or one line that all is right. */
export const checkConfigCommand: Command = {
  run,
}

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, schema: { type: 'boolean', default: false } },
  })
  if (values.schema) {
    io.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`)
    return exitCodes.fine
  }
  requireKnownVariables(io.env)
  const { configFile } = locations({ config: values.config, env: io.env, starts: true })
  const result = await loadConfig(configFile, { tryModules: true })
  if ('problems' in result) {
    for (const problem of result.problems) io.stderr.write(`${formatProblem(problem)}\n`)
    return exitCodes.toldError
  }
  const recipients = await recipientFileProblems(result.config)
  for (const problem of recipients) io.stderr.write(`${problem}\n`)
  if (recipients.length > 0) return exitCodes.toldError
  for (const warning of result.warnings) io.stderr.write(`warning: ${formatProblem(warning)}\n`)
  io.stdout.write(`${summary(configFile, result.config)}\n`)
  return exitCodes.fine
}

/** A server starts with a broken file of recipients, and answers 451 for them; here it is a mistake. */
async function recipientFileProblems({ Directory }: ServerConfig): Promise<readonly string[]> {
  if (Directory.File === undefined) return []
  const loaded = await loadRecipientFile(Directory.File)
  if (loaded.kind === 'read') return []
  const more = loaded.count - loaded.problems.length
  return more > 0 ? [...loaded.problems, `${Directory.File}: ${more} more`] : loaded.problems
}

function summary(file: string, config: ServerConfig): string {
  const counts = [
    counted(config.ReceiveConnectors.length, 'Receive connector'),
    counted(config.SendConnectors.length, 'Send connector'),
    ...(config.ForeignConnectors.length === 0
      ? []
      : [counted(config.ForeignConnectors.length, 'Foreign connector')]),
    ...(config.DeliveryAgentConnectors.length === 0
      ? []
      : [counted(config.DeliveryAgentConnectors.length, 'Delivery Agent connector')]),
    counted(config.AcceptedDomains.length, 'accepted domain'),
    counted(config.Users.length, 'user'),
    counted(config.Certificates.length, 'certificate'),
    ...(config.TransportAgents.length > 0
      ? [counted(config.TransportAgents.length, 'transport agent')]
      : []),
    ...(config.Recipients.length > 0 ? [counted(config.Recipients.length, 'recipient')] : []),
  ]
  const { Name, Fqdn, Role } = config.Server
  return `OK: ${counts.join(', ')} (${Role} server ${Name}, ${Fqdn}, ${file})`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
