import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { InteractiveShell } from '../admin/console/interactive-shell.ts'
import { Keyboard } from '../admin/console/keyboard.ts'
import { HistoryFile, type LineHistory, noHistory } from '../admin/console/line-history.ts'
import { TerminalHost } from '../admin/console/terminal-host.ts'
import { coloured } from '../admin/format/colour.ts'
import { type Command, type CommandIo, ToldError } from './command-io.ts'
import { type Locations, locations } from './locations.ts'
import { openShell } from './open-shell.ts'
import { runOnce, wantsColour } from './run-once.ts'
import { type ShellArguments, shellArguments } from './shell-arguments.ts'

/** `edge shell`: commands at a terminal, from standard input, from a file, or one line. */
export const shellCommand: Command = { run }

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const given = shellArguments(args)
  const where = locations({ config: given.config, data: given.data, env: io.env })
  const { noColour } = given
  if (given.command !== undefined) {
    return await runOnce({ shell: openShell(where), io, text: given.command, noColour })
  }
  if (given.file !== undefined) {
    const text = await scriptText(given.file)
    return await runOnce({ shell: openShell(where), io, text, noColour })
  }
  if (io.stdin.isTTY === true && io.stdout.isTTY === true) return await interact(where, given, io)
  return await runOnce({ shell: openShell(where), io, noColour })
}

async function scriptText(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ToldError(`the script cannot be read: ${reason}`)
  }
}

async function interact(where: Locations, given: ShellArguments, io: CommandIo): Promise<number> {
  const { serverNameIn } = await import('../config/server-name.ts')
  const name = await serverNameIn(where.configFile, hostname())
  const colour = wantsColour(io, given.noColour)
  if (!given.noLogo) io.stdout.write(coloured(greeting(name, where), 'verbose', colour))
  const keyboard = new Keyboard(io.stdin, io.stdout)
  return await new InteractiveShell({
    shell: openShell(where),
    host: new TerminalHost({ screen: io.stdout, keyboard, colour }),
    keyboard,
    history: historyOf(io.env),
    prompt: name === undefined ? '[PS]>' : `[PS] ${name}>`,
  }).run()
}

function greeting(name: string | undefined, { configFile }: Locations): string {
  const server = name === undefined ? `${configFile} cannot be read` : `server ${name}`
  return (
    `Edge Relay management shell, ${server}\n` +
    'Get-Command lists the commands, Get-Help explains them; exit leaves.\n\n'
  )
}

function historyOf(env: CommandIo['env']): LineHistory {
  const given = env['XDG_STATE_HOME'] ?? ''
  // Not the system's word: it has none, and throws, for an account without a name.
  const home = env['HOME'] ?? env['USERPROFILE'] ?? ''
  if (given === '' && home === '') return noHistory
  const state = given === '' ? join(home, '.local', 'state') : given
  return new HistoryFile(join(state, 'edge-relay', 'shell-history'))
}
