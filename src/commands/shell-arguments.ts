import { UsageError } from './command-io.ts'

/** What `edge shell` was told. */
export interface ShellArguments {
  readonly command?: string
  readonly file?: string
  readonly noLogo: boolean
  readonly noColour: boolean
  readonly config?: string
  readonly data?: string
}

type Name = 'command' | 'file' | 'config' | 'data' | 'nologo' | 'nocolor'
const names: readonly Name[] = ['command', 'file', 'config', 'data', 'nologo', 'nocolor']

/**
 * Reads the arguments in PowerShell's manner: one dash or two, without case, shortened as far as they
 * stay clear. As there, all that follows -Command is the line.
 */
export function shellArguments(args: readonly string[]): ShellArguments {
  const given = new Map<Name, string>()
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    const [, written = '', joined] = /^--?([a-z]+)(?:[=:](.*))?$/is.exec(arg) ?? []
    const name = nameOf(written, arg)
    if (given.has(name)) throw new UsageError(`${arg} is given twice`)
    if (name === 'nologo' || name === 'nocolor') {
      given.set(name, '')
      continue
    }
    const rest = name === 'command' && joined === undefined ? args.slice(at + 1).join(' ') : joined
    const value = rest ?? args[at + 1]
    if (value === undefined || (name === 'command' && value === '')) {
      throw new UsageError(`${arg} needs a value`)
    }
    given.set(name, value)
    if (name === 'command' && joined === undefined) break
    if (joined === undefined) at++
  }
  if (given.has('command') && given.has('file')) {
    throw new UsageError('give -Command or -File, not both')
  }
  return {
    ...optional(given, 'command'),
    ...optional(given, 'file'),
    ...optional(given, 'config'),
    ...optional(given, 'data'),
    noLogo: given.has('nologo'),
    noColour: given.has('nocolor'),
  }
}

function nameOf(written: string, arg: string): Name {
  const wanted = written.toLowerCase()
  // As in PowerShell, -c is -Command.
  if (wanted === 'c') return 'command'
  const [found, other] = names.filter((name) => wanted !== '' && name.startsWith(wanted))
  if (found === undefined || other !== undefined) {
    throw new UsageError(`"${arg}" is no option of the shell`)
  }
  return found
}

/** Only what was given. */
function optional(given: ReadonlyMap<Name, string>, name: 'command' | 'file' | 'config' | 'data') {
  const value = given.get(name)
  return value === undefined ? {} : { [name]: value }
}
