import { ShellError } from '../shell/shell-error.ts'

/** Fails in Exchange's words for any server but this one. */
export function requireThisServer(wanted: string, name: string): void {
  if (wanted.toLowerCase() !== name.toLowerCase()) failUnknownServer(wanted, name)
}

/** There is no server of that name. */
export function failUnknownServer(wanted: string, name: string): never {
  throw new ShellError(
    `The operation couldn't be performed because object '${wanted}' couldn't be found on '${name}'.`,
    { id: 'ManagementObjectNotFoundException', target: wanted },
  )
}
