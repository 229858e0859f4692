import { readFile } from 'node:fs/promises'
import type { SendConnector } from './send-connector.ts'

/** What a client logs in with at a smart host. */
export interface ClientCredential {
  readonly userName: string
  readonly password: string
}

/**
 * The credential of a Send connector, its PasswordFile read anew each time so that a changed secret
 * counts at once. The answer is a text when there is none to be had; it never holds the password.
 */
export async function readCredential(
  credential: SendConnector['AuthenticationCredential'],
): Promise<ClientCredential | string> {
  if (credential === undefined) return 'the connector has no AuthenticationCredential'
  const { UserName: userName, Password, PasswordFile } = credential
  if (Password !== undefined) return { userName, password: Password }
  if (PasswordFile === undefined) return 'the AuthenticationCredential has no password'
  try {
    const [password = ''] = (await readFile(PasswordFile, 'utf8')).split(/\r?\n/, 1)
    return { userName, password }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `the PasswordFile cannot be read: ${reason}`
  }
}
