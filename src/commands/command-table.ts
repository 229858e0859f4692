import type { Command } from './command-io.ts'

type Option = readonly [option: string, text: string]

/** A command of `edge` that is no cmdlet, with what help says of it. */
export interface CommandEntry {
  readonly name: string
  /** Arguments as help shows them: `[--config FILE]`. */
  readonly usage: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What each argument is, for the help of the command. */
  readonly options?: readonly Option[]
  readonly group: 'Running' | 'Managing' | 'Checking'
  /** Loaded on demand: a command pays for its own imports alone. */
  readonly load: () => Promise<Command>
}

const configOption: Option = [
  '--config FILE',
  'the configuration (default: EDGE_CONFIG, else config/server.yaml)',
]
const dataOption: Option = [
  '--data DIR',
  'folder of queue, logs and own certificates (default: EDGE_DATA, else data)',
]

export const commandTable: readonly CommandEntry[] = [
  {
    name: 'start',
    usage: '[--config FILE] [--data DIR] [--service Transport|FrontendTransport]',
    summary: 'run the relay in the foreground; SIGTERM drains, SIGHUP reloads',
    options: [
      configOption,
      dataOption,
      ['--service NAME', 'this service alone, without a supervisor'],
    ],
    group: 'Running',
    load: async () => (await import('./start.ts')).startCommand,
  },
  {
    name: 'lab',
    usage:
      '[--catch-all] [--data DIR] [--high-ports] [--layout loopback|one-address|compose] [--peers-only]',
    summary:
      'test DNS, Internet MX, internal server and the relay on loopback, with lines to try; --catch-all keeps all mail',
    options: [
      ['--catch-all', 'take any mail from anyone, keep it as files, let none out'],
      [
        '--data DIR',
        'where to keep files: DIR/lab or DIR/catch-all (default: EDGE_DATA, else data)',
      ],
      ['--high-ports', 'ports 10,000 higher: no root needed; by itself where it must be'],
      ['--layout loopback', 'each host has an address of its own in 127.0.0.0/8 (the default)'],
      ['--layout one-address', 'all at 127.0.0.1, apart by port (the default on macOS)'],
      ['--layout compose', 'in containers: docker/compose.yaml uses it'],
      ['--peers-only', 'the DNS and the mail hosts, without the relay'],
    ],
    group: 'Running',
    load: async () => (await import('./lab.ts')).labCommand,
  },
  {
    name: 'shell',
    usage: '[-Command LINE | -File SCRIPT] [-NoLogo] [-NoColor] [-Config FILE] [-Data DIR]',
    summary: 'the management shell: Exchange cmdlets; also runs one line, or a script',
    options: [
      ['-Command LINE', 'run one line and end'],
      ['-File SCRIPT', 'run a script and end'],
      ['-NoLogo', 'without the first lines'],
      ['-NoColor', 'without colours'],
      ['-Config FILE, -Data DIR', 'as --config and --data of the other commands'],
    ],
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
    options: [
      configOption,
      ['--schema', 'print a JSON schema, by which editors complete and check'],
    ],
    group: 'Checking',
    load: async () => (await import('./check-config.ts')).checkConfigCommand,
  },
  {
    name: 'explain-route',
    usage: 'ADDRESS [--size N] [--config FILE]',
    summary: 'why this recipient goes where: accepted domain, connectors, next hosts',
    options: [
      ['ADDRESS', 'the recipient'],
      ['--size N', 'size of the message in octets, for connectors with MaxMessageSize'],
      configOption,
    ],
    group: 'Checking',
    load: async () => (await import('./explain-route.ts')).explainRouteCommand,
  },
  {
    name: 'healthcheck',
    usage: '[--config FILE] [--data DIR]',
    summary: 'exit 0 when every service runs and can do its work',
    options: [configOption, dataOption],
    group: 'Checking',
    load: async () => (await import('./healthcheck.ts')).healthcheckCommand,
  },
]

/** A command by its name, without regard to case. */
export function findCommand(name: string): CommandEntry | undefined {
  return commandTable.find((entry) => entry.name.toLowerCase() === name.toLowerCase())
}
