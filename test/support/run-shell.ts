import { builtInCmdlets } from '../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../src/admin/shell/shell.ts'
import { fakeCmdlets } from './fake-cmdlets.ts'
import { FakeClock } from './fake-clock.ts'
import { RecordingHost } from './recording-host.ts'

/** A shell with the built-in commands and those on pretended connectors. */
export function testShell(clock = new FakeClock('2026-11-21T06:01:52Z')): Shell {
  return new Shell({ cmdlets: [...builtInCmdlets(), ...fakeCmdlets()], clock })
}

/** Runs lines one after the other in one shell, and gives what all of them wrote. */
export async function run(
  lines: string | readonly string[],
  options: {
    readonly width?: number
    readonly height?: number
    readonly answers?: readonly string[]
    readonly interactive?: boolean
  } = {},
) {
  const shell = testShell()
  const host = new RecordingHost(options)
  host.interactive = options.interactive ?? false
  let result
  for (const line of typeof lines === 'string' ? [lines] : lines) {
    result = await shell.runLine(line, { host, final: true })
  }
  const { out, errors, notices, all, questions } = host
  return { out, errors, notices, all, questions, result, shell }
}

/** What is told of a line that fails, on one line. */
export async function errorOf(line: string): Promise<string> {
  const { errors } = await run(line)
  return errors
}
