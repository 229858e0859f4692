import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { catchAllAccount, catchAllConfig, catchAllSink } from '../lab/catch-all-config.ts'
import type { LabLayout, LabPlace } from '../lab/lab-layout.ts'
import { type LabMailServer, startLabMailServer } from '../lab/lab-mail-server.ts'
import { type CommandIo, ToldError } from './command-io.ts'
import { receivedText } from './lab-screen.ts'
import { widthOf } from './output-width.ts'
import { superviseServices } from './start.ts'

/** `edge lab --catch-all`: a relay that takes mail from anyone to anyone, and keeps all of it. */
export async function runCatchAll({ layout, folder }: LabPlace, io: CommandIo): Promise<number> {
  const messages = join(folder, 'messages')
  await mkdir(messages, { recursive: true })
  await using _sink = await startSink(messages, io)
  const configFile = join(folder, 'server.yaml')
  await writeFile(configFile, catchAllConfig(layout))
  return await superviseServices({ configFile, dataFolder: join(folder, 'data') }, io, {
    // Each message is told when it is kept.
    env: io.stdout.isTTY === true ? { EDGE_LOG_LEVEL: 'warn' } : {},
    onListening: () => io.stdout.write(startText(layout, messages)),
  })
}

async function startSink(folder: string, io: CommandIo): Promise<LabMailServer> {
  try {
    return await startLabMailServer({
      ...catchAllSink,
      ...{ folder, tls: 'None', behaves: true },
      onMessage: (message) => {
        const width = widthOf(io)
        io.stdout.write(`${receivedText(message, width)}         ${message.file ?? ''}\n`)
      },
    })
  } catch (error) {
    throw new ToldError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function startText({ relay }: LabLayout, folder: string): string {
  const { smtp, submission, submissions } = relay.ports
  const { userName, password } = catchAllAccount
  return `Any sender, any recipient, and nothing leaves: each message is kept as a file in
  ${folder}

Send to ${relay.host}: ports 1025, ${smtp} and ${submission} (with STARTTLS or without),
${submissions} (TLS on connect). No log-in is needed; user ${userName}, password ${password} is taken.

  swaks -s ${relay.host}:1025 -f me@here.test -t you@there.test

`
}
