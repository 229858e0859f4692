import { type Command, type CommandIo, ToldError, UsageError, exitCodes } from './command-io.ts'

/** Loaded on demand: a command pays for its own imports alone. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).startCommand,
  'check-config': async () => (await import('./check-config.ts')).checkConfigCommand,
  'explain-route': async () => (await import('./explain-route.ts')).explainRouteCommand,
  'hash-password': async () => (await import('./hash-password.ts')).hashPasswordCommand,
  lab: async () => (await import('./lab.ts')).labCommand,
  healthcheck: async () => (await import('./healthcheck.ts')).healthcheckCommand,
  'Get-Queue': async () => (await import('./queue-views.ts')).getQueueCommand,
  'Get-Message': async () => (await import('./queue-views.ts')).getMessageCommand,
}

/** Runs `edge <args>` and resolves with its exit code; every error has been told on stderr. */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const asked = name !== undefined
    const out = asked ? io.stdout : io.stderr
    out.write(await help())
    return asked ? exitCodes.fine : exitCodes.usage
  }
  const load = Object.entries(commands).find(
    ([known]) => known.toLowerCase() === name.toLowerCase(),
  )?.[1]
  if (load === undefined) {
    io.stderr.write(`edge: there is no command "${name}"; "edge help" lists them\n`)
    return exitCodes.usage
  }
  return await runLoaded(name, await load(), rest, io)
}

async function runLoaded(
  name: string,
  command: Command,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    io.stdout.write(`${command.summary}\n\n${usageLine(name, command)}\n`)
    return exitCodes.fine
  }
  try {
    return await command.run(args, io)
  } catch (error) {
    if (isUsageError(error)) {
      io.stderr.write(`edge: ${error.message}\n${usageLine(name, command)}\n`)
      return exitCodes.usage
    }
    if (!(error instanceof Error)) throw error
    io.stderr.write(`edge: ${error instanceof ToldError ? error.message : String(error.stack)}\n`)
    return exitCodes.toldError
  }
}

function usageLine(name: string, { usage }: Command): string {
  return `Usage: edge ${name} ${usage}`.trimEnd()
}

/** Our own, or one of node:util's parseArgs. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')
}

async function help(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => {
      const { usage, summary } = await load()
      return `  ${`${name} ${usage}`.trim()}\n      ${summary}\n`
    }),
  )
  return `edge: an SMTP edge relay\n\n${rows.join('')}\nEnvironment: EDGE_CONFIG (default config/server.yaml), EDGE_DATA (default data)\n`
}
