import { parseArgs } from 'node:util'
import { NoAnswer } from '../admin/admin-client.ts'
import { roleToHave, serviceHealth } from '../services/service-health.ts'
import { type Command, type CommandIo, ToldError, exitCodes } from './command-io.ts'
import { locations } from './locations.ts'
import { readConfig } from './read-config.ts'

/**
 * `edge healthcheck`: exit 0 when every service of the role runs and can do its work. A file that does not
 * check is told, but the services go on without it: who restarts what is not healthy would end them. A
 * connector without its certificate is told too, for no restart brings one.
 */
export const healthcheckCommand: Command = {
  run,
}

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, data: { type: 'string' } },
  })
  const { configFile, dataFolder } = locations({ ...values, env: io.env })
  const config = await readConfig(configFile, io)
  const role = await told(roleToHave(dataFolder, config?.Server.Role))
  const complaints: string[] = []
  for await (const { worker, complaint, warnings } of serviceHealth(dataFolder, role)) {
    if (complaint !== undefined) complaints.push(`${worker}: ${complaint}`)
    for (const warning of warnings) io.stderr.write(`warning: ${worker}: ${warning}\n`)
  }
  for (const complaint of complaints) io.stderr.write(`${complaint}\n`)
  return complaints.length === 0 ? exitCodes.fine : exitCodes.toldError
}

async function told<T>(asked: Promise<T>): Promise<T> {
  return await asked.catch((error: unknown) => {
    throw error instanceof NoAnswer ? new ToldError(error.message, { cause: error }) : error
  })
}
