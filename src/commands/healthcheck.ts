import { parseArgs } from 'node:util'
import { askService } from '../admin/admin-client.ts'
import { servicesOf } from '../services/service-names.ts'
import { type Command, type CommandIo, exitCodes } from './command-io.ts'
import { locations } from './locations.ts'
import { readConfig } from './read-config.ts'

/** `edge healthcheck`: exit 0 when every service of the role runs and can do its work. */
export const healthcheckCommand: Command = {
  usage: '[--config FILE] [--data DIR]',
  summary: 'exit 0 when every service runs and can do its work',
  run,
}

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, data: { type: 'string' } },
  })
  const { configFile, dataFolder } = locations({ ...values, env: io.env })
  const config = await readConfig(configFile, io)
  if (config === undefined) return exitCodes.toldError
  const complaints: string[] = []
  for (const service of servicesOf(config.Server.Role)) {
    const answer = await askService({ dataFolder, service }, 'health').catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    )
    if (answer !== null) complaints.push(`${service}: ${String(answer)}`)
  }
  for (const complaint of complaints) io.stderr.write(`${complaint}\n`)
  return complaints.length === 0 ? exitCodes.fine : exitCodes.toldError
}
