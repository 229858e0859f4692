import { parameter } from '../shell/cmdlet.ts'
import type { ParameterType } from '../shell/parameter-type.ts'
import { identity } from '../shell/parameter-types.ts'
import { ShellError } from '../shell/shell-error.ts'

/** A server by its name, or as the commands on servers put it out. */
const server: ParameterType<string> = {
  ...identity,
  name: 'ServerIdParameter',
  takesObjects: ['TransportService', 'FrontendTransportService', 'ExchangeServer'],
}

/** `-Server`, so that `Get-TransportService | Get-Queue` asks each server that there is: this one. */
export const serverParameter = parameter(server, {
  help: 'This server; others are managed where they run.',
  pipeline: 'value',
})

/** The server whose commands these are; the full name where it is known. */
interface ThisServer {
  readonly Name: string
  readonly Fqdn?: string
}

/** Whether a name means this server. */
export function isThisServer(name: string, { Name, Fqdn }: ThisServer): boolean {
  const own = [Name, 'localhost', '.', ...(Fqdn === undefined ? [] : [Fqdn])]
  return own.some((each) => each.toLowerCase() === name.toLowerCase())
}

/** Fails when a -Server or an identity names another server than this one. */
export function requireThisServer(given: string | undefined, server: ThisServer): void {
  if (given !== undefined && !isThisServer(given, server)) failUnknownServer(given, server)
}

/** There is no server of that name. */
export function failUnknownServer(given: string, { Name }: ThisServer): never {
  throw new ShellError(
    `The server '${given}' couldn't be found: these commands manage '${Name}' only.`,
    { id: 'ServerNotFound', category: 'ObjectNotFound', target: given },
  )
}
