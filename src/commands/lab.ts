import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keepAlive } from '../base/keep-alive.ts'
import { fittingLayout } from '../lab/fitting-layout.ts'
import { labConfig } from '../lab/lab-config.ts'
import { type LabLayoutName, type LabPlace, labLayouts } from '../lab/lab-layout.ts'
import { type LabPeers, partnerCertificateFile, startLabPeers } from '../lab/lab-peers.ts'
import { labTries } from '../lab/lab-tries.ts'
import { runCatchAll } from './catch-all.ts'
import { type Command, type CommandIo, ToldError, UsageError, exitCodes } from './command-io.ts'
import { peersText, receivedText, triesText } from './lab-screen.ts'
import { dataFolderOf, requireKnownVariables } from './locations.ts'
import { widthOf } from './output-width.ts'
import { superviseServices } from './start.ts'

/** `edge lab`: the perimeter network on loopback, with the relay in it; or a relay that keeps all mail. */
export const labCommand: Command = {
  run,
}

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      layout: { type: 'string' },
      'high-ports': { type: 'boolean', default: false },
      'peers-only': { type: 'boolean', default: false },
      'catch-all': { type: 'boolean', default: false },
    },
  })
  const { layout, note } = await fittingLayout({
    ...(values.layout !== undefined && { name: layoutName(values.layout) }),
    highPorts: values['high-ports'],
  })
  requireKnownVariables(io.env)
  const dataFolder = dataFolderOf({ data: values.data, env: io.env })
  if (note !== undefined) io.stdout.write(`\n${note}\n`)
  if (values['catch-all']) {
    if (values['peers-only']) throw new UsageError('--catch-all has no peers')
    return await runCatchAll({ layout, folder: join(dataFolder, 'catch-all') }, io)
  }
  return await runLab({ layout, folder: join(dataFolder, 'lab') }, values['peers-only'], io)
}

function layoutName(name: string): LabLayoutName {
  if (Object.hasOwn(labLayouts, name)) return name as LabLayoutName
  throw new UsageError(`there is no layout "${name}"; try ${Object.keys(labLayouts).join(' or ')}`)
}

async function runLab(place: LabPlace, peersOnly: boolean, io: CommandIo): Promise<number> {
  const { layout, folder } = place
  await using peers = await startPeers(place, io)
  io.stdout.write(peersText(peers, folder))
  if (peersOnly) return await untilStopped()
  const configFile = join(folder, 'server.yaml')
  await writeFile(configFile, labConfig(layout))
  // The partner's certificate is its own; a lab trusts it as an administrator would.
  const authorities = join(folder, partnerCertificateFile)
  return await superviseServices({ configFile, dataFolder: join(folder, 'data') }, io, {
    env: { NODE_EXTRA_CA_CERTS: authorities },
    onListening: () => io.stdout.write(triesText(labTries(layout), widthOf(io))),
  })
}

async function startPeers({ layout, folder }: LabPlace, io: CommandIo): Promise<LabPeers> {
  await mkdir(folder, { recursive: true })
  try {
    return await startLabPeers({
      layout,
      folder,
      onMessage: (message) => io.stdout.write(receivedText(message, widthOf(io))),
    })
  } catch (error) {
    throw new ToldError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

async function untilStopped(): Promise<number> {
  using _running = keepAlive()
  const stopped = Promise.withResolvers<undefined>()
  const stop = () => stopped.resolve(undefined)
  process.on('SIGTERM', stop).on('SIGINT', stop)
  await stopped.promise
  return exitCodes.fine
}
