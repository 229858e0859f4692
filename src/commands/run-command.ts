import { type CommandIo, ToldError, UsageError, exitCodes } from './command-io.ts'
import { type CommandEntry, findCommand } from './command-table.ts'

/** Runs `edge <args>` and resolves with its exit code; every error has been told on stderr. */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined) {
    const { programHelp } = await import('./program-help.ts')
    io.stderr.write(programHelp())
    return exitCodes.usage
  }
  if (name === 'help' || name === '--help' || name === '-h') return await runHelp(rest, io)
  if (name === '--version' || name === '-V') {
    const { programVersion } = await import('./program-version.ts')
    io.stdout.write(`${await programVersion()}\n`)
    return exitCodes.fine
  }
  const entry = findCommand(name)
  if (entry !== undefined) return await runEntry(entry, rest, io)
  const { runCmdlet } = await import('./run-cmdlet.ts')
  const told = { name, usage: '[-Parameter VALUE]…' }
  return await tellingErrors(told, io, () => runCmdlet(name, rest, io))
}

/** `edge help`, and the help of one command, cmdlet or topic. */
async function runHelp([topic]: readonly string[], io: CommandIo): Promise<number> {
  if (topic === undefined || topic === 'environment') {
    const { environmentHelp, programHelp } = await import('./program-help.ts')
    io.stdout.write(topic === undefined ? programHelp() : environmentHelp())
    return exitCodes.fine
  }
  const isCommand = findCommand(topic) !== undefined || !topic.startsWith('about_')
  return await runCommand(isCommand ? [topic, '--help'] : ['Get-Help', topic], io)
}

async function runEntry(
  entry: CommandEntry,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    const { commandHelp } = await import('./program-help.ts')
    io.stdout.write(commandHelp(entry))
    return exitCodes.fine
  }
  const command = await entry.load()
  return await tellingErrors(entry, io, () => command.run(args, io))
}

async function tellingErrors(
  entry: Pick<CommandEntry, 'name' | 'usage'>,
  io: CommandIo,
  run: () => Promise<number>,
): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (isUsageError(error)) {
      const { usageLines } = await import('./program-help.ts')
      io.stderr.write(`edge: ${error.message}\n${usageLines(entry)}\n`)
      return exitCodes.usage
    }
    if (!(error instanceof Error)) throw error
    io.stderr.write(`edge: ${error instanceof ToldError ? error.message : String(error.stack)}\n`)
    return exitCodes.toldError
  }
}

/** Our own, or one of node:util's parseArgs. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')
}
