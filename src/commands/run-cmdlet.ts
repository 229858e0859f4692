import { argumentLine } from '../admin/console/argument-line.ts'
import { nearest } from '../admin/grammar/nearest.ts'
import type { Shell } from '../admin/shell/shell.ts'
import { type CommandIo, UsageError, exitCodes } from './command-io.ts'
import { commandTable } from './command-table.ts'
import { locations } from './locations.ts'
import { openShell } from './open-shell.ts'
import { runOnce } from './run-once.ts'

/** `edge <Cmdlet> …`: one cmdlet with the arguments of the process. */
export async function runCmdlet(
  name: string,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  const { config, data, rest } = placeArguments(args)
  const shell = openShell(locations({ config, data, env: io.env }))
  const cmdlet = shell.cmdlets.find(name)
  if (cmdlet === undefined) return tellUnknown(name, shell, io)
  const asksHelp = rest.some((arg) => arg === '--help' || arg === '-?')
  const line = asksHelp ? `Get-Help ${cmdlet.name} -Full` : argumentLine(cmdlet, rest)
  return await runOnce({ shell, io, text: line })
}

function tellUnknown(name: string, { cmdlets }: Shell, io: CommandIo): number {
  const why = cmdlets.absent(name)
  if (why !== undefined) {
    io.stderr.write(`edge: ${name} is not available here: ${why}\n`)
    return exitCodes.usage
  }
  const names = [...commandTable, ...cmdlets.all].map((one) => one.name)
  const close = nearest(name, names)
  const hint = close === undefined ? '"edge help" lists them' : `did you mean ${close}?`
  io.stderr.write(`edge: there is no command "${name}"; ${hint}\n`)
  return exitCodes.usage
}

/** `--config FILE` and `--data DIR` are the program's own; with one dash all else is the cmdlet's. */
function placeArguments(args: readonly string[]) {
  const given: { config?: string; data?: string } = {}
  const rest: string[] = []
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    const [, name, joined] = /^--(config|data)(?:=(.*))?$/s.exec(arg) ?? []
    if (name !== 'config' && name !== 'data') {
      rest.push(arg)
      continue
    }
    const value = joined ?? args[++at]
    if (value === undefined) throw new UsageError(`--${name} needs a value`)
    given[name] = value
  }
  return { ...given, rest }
}
