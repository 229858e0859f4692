import { parameter } from '../../shell/cmdlet.ts'
import type { ParameterType } from '../../shell/parameter-type.ts'
import { identity } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { hasWildcards, wildcard } from '../../../base/wildcard.ts'

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
export interface ThisServer {
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
  if (given === undefined || isThisServer(given, server)) return
  throw new ShellError(
    `The server '${given}' couldn't be found: these commands manage '${server.Name}' only.`,
    { id: 'ServerNotFound', category: 'ObjectNotFound', target: given },
  )
}

/** Whether this server is among those that a name with wildcards means. Fails when another is named. */
export function meansThisServer(given: string, server: ThisServer): boolean {
  if (hasWildcards(given)) return [server.Name, server.Fqdn ?? ''].some(wildcard(given))
  requireThisServer(given, server)
  return true
}
