import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keepAlive } from '../base/keep-alive.ts'
import { labConfig } from '../lab/lab-config.ts'
import { type LabLayout, type LabLayoutName, labLayouts } from '../lab/lab-layout.ts'
import { type LabPeers, partnerCertificateFile, startLabPeers } from '../lab/lab-peers.ts'
import { swaksLines } from '../lab/swaks-lines.ts'
import { type Command, type CommandIo, ToldError, UsageError, exitCodes } from './command-io.ts'
import { locations } from './locations.ts'
import { superviseServices } from './start.ts'

/** `edge lab`: the perimeter network on loopback, with the relay in it. */
export const labCommand: Command = {
  run,
}

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      layout: { type: 'string', default: 'loopback' },
      'peers-only': { type: 'boolean', default: false },
    },
  })
  const layout = layoutNamed(values.layout)
  const folder = join(locations({ data: values.data, env: io.env }).dataFolder, 'lab')
  await using peers = await startPeers(layout, folder, io)
  tellPeers(peers, folder, io)
  if (values['peers-only']) return await untilStopped()
  const configFile = join(folder, 'server.yaml')
  await writeFile(configFile, labConfig(layout))
  // The partner's certificate is its own; a lab trusts it as an administrator would.
  const authorities = join(folder, partnerCertificateFile)
  return await superviseServices({ configFile, dataFolder: join(folder, 'data') }, io, {
    env: { NODE_EXTRA_CA_CERTS: authorities },
    onListening: () => tellLines(layout, io),
  })
}

function layoutNamed(name: string): LabLayout {
  if (Object.hasOwn(labLayouts, name)) return labLayouts[name as LabLayoutName]
  throw new UsageError(`there is no layout "${name}"; try ${Object.keys(labLayouts).join(' or ')}`)
}

async function startPeers(layout: LabLayout, folder: string, io: CommandIo): Promise<LabPeers> {
  await mkdir(folder, { recursive: true })
  try {
    return await startLabPeers({
      layout,
      folder,
      onMessage: ({ server, sender, recipients }) => {
        const to = recipients.map(({ address }) => `<${address}>`).join(' ')
        io.stdout.write(`lab: ${server} received a message from <${sender}> to ${to}\n`)
      },
    })
  } catch (error) {
    throw new ToldError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function tellPeers({ dns, mx1, mx2, internal, partner }: LabPeers, folder: string, io: CommandIo) {
  const servers = [mx1, mx2, internal, partner].map(
    ({ hostname, address, port }) => `  ${`${address}:${port}`.padEnd(18)} ${hostname}\n`,
  )
  io.stdout.write(
    `\nLab: DNS at ${dns.address}:${dns.port}; mail servers (messages are kept in ${folder}):\n${servers.join('')}`,
  )
}

function tellLines(layout: LabLayout, io: CommandIo): void {
  const lines = swaksLines(layout).map(({ command, expect }) => `  # ${expect}\n  ${command}\n`)
  io.stdout.write(`To try:\n\n${lines.join('')}\n`)
}

async function untilStopped(): Promise<number> {
  using _running = keepAlive()
  const stopped = Promise.withResolvers<undefined>()
  const stop = () => stopped.resolve(undefined)
  process.on('SIGTERM', stop).on('SIGINT', stop)
  await stopped.promise
  return exitCodes.fine
}
