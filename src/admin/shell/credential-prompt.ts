import { Credential, SecureString } from '../values/value.ts'
import type { CmdletContext } from './cmdlet.ts'
import { ShellError } from './shell-error.ts'

/** Asks for a user name, unless it is known, and for its password without showing it. */
export async function askCredential(
  context: Pick<CmdletContext, 'ask'>,
  known?: string,
): Promise<Credential> {
  const name = known ?? (await context.ask({ label: 'User name: ', secret: false }))
  if (name === undefined || name.trim() === '') return nobodyAnswers('user name')
  const label = `Password for user ${name.trim()}: `
  const password = await context.ask({ label, secret: true })
  if (password === undefined) return nobodyAnswers('password')
  return new Credential(name.trim(), new SecureString(password))
}

function nobodyAnswers(what: string): never {
  throw new ShellError(
    `Cannot process the command because no ${what} was given. Without a terminal, user name and password are read as two lines of standard input.`,
    { id: 'CredentialNotGiven', category: 'InvalidArgument' },
  )
}
