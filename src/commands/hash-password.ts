import { type Interface, createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { hashPassword } from '../receive/users/password.ts'
import { type Command, type CommandIo, ToldError, UsageError, exitCodes } from './command-io.ts'

/**
 * `edge hash-password`: prints what stands in `PasswordHash` for a password. The password is read from
 * the terminal without echo, or as one line of standard input; never from the command line.
 */
export const hashPasswordCommand: Command = {
  run,
}

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  if (args.length > 0) throw new UsageError('the password is read from standard input')
  const password = await (io.stdin.isTTY === true ? askTwice(io) : readOne(io))
  if (typeof password !== 'string') {
    throw new ToldError(password.refusal)
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
