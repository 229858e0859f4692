import { parseArgs } from 'node:util'
import { askService } from '../admin/admin-client.ts'
import { knownWorkers } from '../services/known-workers.ts'
import { servicesOf } from '../services/service-names.ts'
import { workerName } from '../services/worker.ts'
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
  for (const service of servicesOf(config.Server.Role)) {
    for (const worker of await knownWorkers(dataFolder, service)) {
      const complaint = await complaintOf({ dataFolder, service, worker })
      if (complaint !== undefined) complaints.push(`${workerName(service, worker)}: ${complaint}`)
    }
  }
  for (const complaint of complaints) io.stderr.write(`${complaint}\n`)
  return complaints.length === 0 ? exitCodes.fine : exitCodes.toldError
}

/** Why a worker cannot do its work; undefined when it can. */
async function complaintOf(target: Parameters<typeof askService>[0]): Promise<string | undefined> {
  try {
    const answer = await askService(target, 'health')
    return typeof answer === 'string' ? answer : undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
