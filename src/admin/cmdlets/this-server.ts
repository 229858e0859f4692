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
