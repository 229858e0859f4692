import { parseArgs } from 'node:util'
import { serviceHealth } from '../services/service-health.ts'
import { type Command, type CommandIo, exitCodes } from './command-io.ts'
import { locations } from './locations.ts'
import { readConfig } from './read-config.ts'

/** `edge healthcheck`: exit 0 when every service of the role runs and can do its work. */
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
  if (config === undefined) return exitCodes.toldError
  const complaints: string[] = []
  for await (const { worker, complaint } of serviceHealth(dataFolder, config.Server.Role)) {
    if (complaint !== undefined) complaints.push(`${worker}: ${complaint}`)
  }
  for (const complaint of complaints) io.stderr.write(`${complaint}\n`)
  return complaints.length === 0 ? exitCodes.fine : exitCodes.toldError
}
