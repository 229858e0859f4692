import type { ServerConfig } from '../../../config/server-config.ts'
import { parameter, refused } from '../../shell/cmdlet.ts'
import { flags, identityAmong } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import type { HeldCertificate } from './certificate-files.ts'
import { notFound } from './identities.ts'
import { directoryParameters } from './setting-parameters.ts'
import { requireThisServer, serverParameter } from './this-server.ts'

const services = ['None', 'IMAP', 'POP', 'UM', 'IIS', 'SMTP', 'Federation', 'UMCallRouter'] as const

/** Parameters of every command on certificates. */
export const certificateParameters = {
  Server: serverParameter,
  Instance: refused('certificates are named by their thumbprint.'),
  ...directoryParameters,
}

export const thumbprintHelp =
  'The thumbprint, with or without the server before it: Server\\Thumbprint.'

/** `-Thumbprint` of a command on one certificate; `-Identity` is the same. */
export const thumbprintParameter = parameter(
  identityAmong('Get-ExchangeCertificate', 'Thumbprint'),
  {
    help: thumbprintHelp,
    aliases: ['Identity'],
    ...{ position: 0, required: true, pipeline: 'both' },
  },
)

/** `-Services`. */
export const servicesParameter = parameter(flags(services, { typeName: 'AllowedServices' }), {
  help: 'What the certificate is for: SMTP, the only service of this relay.',
})

/** Parameters of commands that bring a key in. */
export const keyParameters = {
  PrivateKeyExportable: refused('keys are files, which whoever may read them can copy.'),
  FriendlyName: refused('certificates are named by subject and thumbprint.'),
}

/** Fails for a service that the relay does not have. */
export function requireSmtp(wanted: readonly string[] | undefined): void {
  if (wanted === undefined || (wanted.length === 1 && wanted[0] === 'SMTP')) return
  throw new ShellError('SMTP is the only service of this relay: give -Services SMTP.', {
    ...{ id: 'ServiceNotAvailable', category: 'InvalidArgument' },
  })
}

/** The certificate that an identity means. Throws ShellError when there is none. */
export function certificateOf(
  held: readonly HeldCertificate[],
  wanted: string,
  { Server }: ServerConfig,
): HeldCertificate {
  const [thumbprint = '', server] = wanted.split('\\').reverse()
  requireThisServer(server, Server)
  const plain = thumbprint.replace(/[\s:]/g, '').toUpperCase()
  const found = held.find(({ pair }) => pair.thumbprint.toUpperCase() === plain)
  if (found === undefined) throw notFound(wanted, Server, 'ExchangeCertificate')
  return found
}
