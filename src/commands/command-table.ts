import type { Command } from './command-io.ts'

/** A command of `edge` that is no cmdlet, with what help says of it. */
export interface CommandEntry {
  readonly name: string
  /** Arguments as help shows them: `[--config FILE]`. */
  readonly usage: string
  /** One line for the list of commands. */
  readonly summary: string
  readonly group: 'Running' | 'Managing' | 'Checking'
  /** Loaded on demand: a command pays for its own imports alone. */
  readonly load: () => Promise<Command>
}

export const commandTable: readonly CommandEntry[] = [
  {
    name: 'start',
    usage: '[--config FILE] [--data DIR] [--service Transport|FrontendTransport]',
    summary: 'run the relay in the foreground; SIGTERM drains, SIGHUP reloads',
    group: 'Running',
    load: async () => (await import('./start.ts')).startCommand,
  },
  {
    name: 'lab',
    usage:
      '[--catch-all] [--data DIR] [--high-ports] [--layout loopback|one-address|compose] [--peers-only]',
    summary:
      'test DNS, Internet MX, internal server and the relay on loopback, with lines to try; --catch-all keeps all mail',
    group: 'Running',
    load: async () => (await import('./lab.ts')).labCommand,
  },
  {
    name: 'shell',
    usage: '[-Command LINE | -File SCRIPT] [-NoLogo] [-NoColor] [-Config FILE] [-Data DIR]',
    summary: 'the management shell: Exchange cmdlets; also runs one line, or a script',
    group: 'Managing',
    load: async () => (await import('./shell.ts')).shellCommand,
  },
  {
    name: 'completion',
    usage: '',
    summary: 'print what makes bash complete commands, cmdlets and their options',
    group: 'Managing',
    load: async () => (await import('./bash-completion.ts')).completionCommand,
  },
  {
    name: 'hash-password',
    usage: '',
    summary: 'ask for a password (or read a line) and print its hash for PasswordHash',
    group: 'Managing',
    load: async () => (await import('./hash-password.ts')).hashPasswordCommand,
  },
  {
    name: 'check-config',
    usage: '[--config FILE] [--schema]',
    summary: 'every problem of the configuration with its place; --schema for editors',
    group: 'Checking',
    load: async () => (await import('./check-config.ts')).checkConfigCommand,
  },
  {
    name: 'explain-route',
    usage: 'ADDRESS [--size N] [--config FILE]',
    summary: 'why this recipient goes where: accepted domain, connectors, next hosts',
    group: 'Checking',
    load: async () => (await import('./explain-route.ts')).explainRouteCommand,
  },
  {
    name: 'healthcheck',
    usage: '[--config FILE] [--data DIR]',
    summary: 'exit 0 when every service runs and can do its work',
    group: 'Checking',
    load: async () => (await import('./healthcheck.ts')).healthcheckCommand,
  },
]

/** A command by its name, without regard to case. */
export function findCommand(name: string): CommandEntry | undefined {
  return commandTable.find((entry) => entry.name.toLowerCase() === name.toLowerCase())
}
