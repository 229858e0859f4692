import { type Interface, createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { hashPassword } from '../receive/password.ts'
import { type CommandIo, exitCodes } from './command-io.ts'

const usage = `usage: edge hash-password
Asks for a password and prints its hash for PasswordHash of a user. The password is read from the
terminal without echo, or as one line from standard input; never from the command line.
`

/** `edge hash-password`: prints what stands in `PasswordHash` for a password. */
export async function hashPasswordCommand(
  args: readonly string[],
  io: Pick<CommandIo, 'stdin' | 'stdout' | 'stderr'>,
): Promise<number> {
  if (args.length > 0) {
    const help = args.every((arg) => arg === '--help' || arg === '-h')
    const output = help ? io.stdout : io.stderr
    output.write(usage)
    return help ? exitCodes.fine : exitCodes.usage
  }
  const password = await (io.stdin.isTTY === true ? askTwice(io) : readOne(io))
  if (typeof password !== 'string') {
    io.stderr.write(`edge hash-password: ${password.refusal}\n`)
    return exitCodes.failed
  }
  io.stdout.write(`${await hashPassword(password)}\n`)
  return exitCodes.fine
}

interface Refusal {
  readonly refusal: string
}

type Terminal = Pick<CommandIo, 'stdin' | 'stderr'>

async function readOne({ stdin }: Terminal): Promise<string | Refusal> {
  const reader = createInterface({ input: stdin, terminal: false })
  const password = await nextLine(reader)
  reader.close()
  return acceptable(password)
}

async function askTwice(io: Terminal): Promise<string | Refusal> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({
    input: io.stdin,
    output: silent,
    terminal: true,
    historySize: 0,
  })
  try {
    const first = acceptable(await ask(reader, 'Password: ', io))
    if (typeof first !== 'string') return first
    const second = await ask(reader, 'Again: ', io)
    return first === second ? first : { refusal: 'the two passwords differ; nothing was hashed' }
  } finally {
    reader.close()
  }
}

async function ask(
  reader: Interface,
  prompt: string,
  { stderr }: Terminal,
): Promise<string | undefined> {
  stderr.write(prompt)
  const line = await nextLine(reader)
  stderr.write('\n')
  return line
}

/** The next line; undefined when the input ends, or the user gives up with Ctrl-C. */
function nextLine(reader: Interface): Promise<string | undefined> {
  return new Promise((resolve) => {
    reader.once('line', resolve)
    reader.once('SIGINT', () => resolve(undefined))
    reader.once('close', () => resolve(undefined))
  })
}

function acceptable(password: string | undefined): string | Refusal {
  if (password === undefined || password === '') return { refusal: 'no password was given' }
  return password
}
