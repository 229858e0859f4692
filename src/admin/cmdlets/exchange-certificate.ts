import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { day } from '../../base/time-span.ts'
import type { ServerConfig } from '../../config/server-config.ts'
import { fitsDomain } from '../../tls/certificate-choice.ts'
import { sameCertificateName } from '../../tls/certificate-name.ts'
import type { KeyPair } from '../../tls/certificates.ts'
import { isFault, parseKeyPair } from '../../tls/key-pair.ts'
import { makeSelfSigned } from '../../tls/self-signed.ts'
import { tableView } from '../format/view.ts'
import { type Cmdlet, defineCmdlet, parameter, refused } from '../shell/cmdlet.ts'
import { forceParameter } from '../shell/common-parameters.ts'
import { refuseTogether } from '../shell/parameter-sets.ts'
import {
  bytes,
  flags,
  identity,
  list,
  secureString,
  switchParameter,
  text,
} from '../shell/parameter-types.ts'
import { ShellError } from '../shell/shell-error.ts'
import { ShellObject } from '../values/shell-object.ts'
import { Flags } from '../values/value.ts'
import {
  type HeldCertificate,
  certificateError,
  forgetPair,
  heldCertificates,
  importedPair,
  keepPair,
} from './certificate-files.ts'
import { type Attempt, changingCmdlet } from './changing-cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { requireParameters } from './connector-cmdlets.ts'
import { notFound, requireThisServer } from './identities.ts'
import { directoryParameters } from './setting-parameters.ts'

const section = 'Certificates'
const fiveYears = 5 * 365 * day
const services = ['None', 'IMAP', 'POP', 'UM', 'IIS', 'SMTP', 'Federation', 'UMCallRouter'] as const

const server = parameter(text, { help: 'This server; others are not managed from here.' })
const thumbprint = parameter(identity, {
  help: 'The thumbprint of the certificate.',
  position: 0,
  required: true,
  pipeline: 'both',
})
const servicesParameter = parameter(flags(services, 'AllowedServices'), {
  help: 'What the certificate is for: SMTP, the only service of this relay.',
})
const keyFiles = refused('keys are files, which whoever may read them can copy.')

/** The commands on certificates. */
export function exchangeCertificateCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return [
    getCmdlet(configuration),
    newCmdlet(configuration),
    importCmdlet(configuration),
    enableCmdlet(configuration),
    removeCmdlet(configuration),
  ]
}

function getCmdlet(configuration: Configuration): Cmdlet {
  return defineCmdlet({
    name: 'Get-ExchangeCertificate',
    synopsis: 'Shows the certificates that the server can use for TLS.',
    parameters: {
      Thumbprint: parameter(identity, {
        help: 'The thumbprint of one certificate. Without it all are shown.',
        ...{ position: 0, pipeline: 'both' },
      }),
      DomainName: parameter(list(text), { help: 'Only certificates for one of these names.' }),
      Server: server,
      Instance: refused('certificates are named by their thumbprint.'),
      ...directoryParameters,
    },
    outputs: ['CertificateDomains', 'Issuer', 'NotAfter', 'Services', 'Subject', 'Thumbprint'],
    examples: [
      { code: 'Get-ExchangeCertificate', text: 'Lists all certificates.' },
      {
        code: 'Get-ExchangeCertificate | Where-Object NotAfter -lt (Get-Date "2027-01-01")',
        text: 'Lists those that end soon.',
      },
    ],
    async *run({ given }, { clock }) {
      const config = await configuration.read()
      requireThisServer(given.Server, config.Server)
      const held = await heldCertificates(config, configuration.dataFolder)
      const wanted = given.Thumbprint
      const found = wanted === undefined ? held : [certificateOf(held, wanted, config)]
      const { DomainName: domains } = given
      for (const each of found) {
        const fits = (name: string) => each.pair.domains.some((domain) => fitsDomain(domain, name))
        if (domains === undefined || domains.some(fits)) yield objectOf(each, clock.now())
      }
    },
  })
}

function newCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'New-ExchangeCertificate',
    synopsis: 'Makes a certificate signed by itself, for SMTP.',
    description: 'Certificates with a name that fits a connector are used by it at once.',
    parameters: {
      DomainName: parameter(list(text), {
        help: 'The names in the certificate.',
        defaultText: 'the name of the server',
      }),
      SubjectName: parameter(text, { help: 'The subject, such as CN=mail.contoso.com.' }),
      IncludeServerFQDN: parameter(switchParameter, {
        help: 'Adds the name of the server to the names.',
      }),
      Services: servicesParameter,
      Server: server,
      Force: forceParameter,
      GenerateRequest: refused(
        'make the request with openssl req, and bring key and certificate in by Import-ExchangeCertificate.',
      ),
      RequestFile: refused('requests are made with openssl req.'),
      BinaryEncoded: refused('requests are made with openssl req.'),
      KeySize: refused('keys are of the curve P-256.'),
      PrivateKeyExportable: keyFiles,
      FriendlyName: refused('certificates are named by subject and thumbprint.'),
      IncludeAcceptedDomains: refused('name the domains in -DomainName.'),
      IncludeAutoDiscover: refused('there is no Autodiscover here.'),
      IncludeServerNetBIOSName: refused('name it in -DomainName.'),
      SubjectKeyIdentifier: refused('it is not chosen here.'),
      Instance: refused('certificates are named by their thumbprint.'),
      ...directoryParameters,
    },
    outputs: ['Thumbprint', 'Services', 'Subject'],
    examples: [
      {
        code: 'New-ExchangeCertificate -DomainName mail.contoso.com,edge01.contoso.com',
        text: 'Makes a certificate for two names.',
      },
    ],
    async change(given, attempt) {
      const { Server } = await configuration.read()
      requireThisServer(given.Server, Server)
      requireSmtp(given.Services)
      const subject = given.SubjectName?.replace(/^CN=/i, '')
      const own = given.DomainName === undefined || given.IncludeServerFQDN === true
      const names = [...(given.DomainName ?? []), ...(own ? [Server.Fqdn] : [])]
      const [first = Server.Fqdn, ...others] = [...new Set(names)]
      attempt.concerns(first)
      if (!(await attempt.mayGoOn(`Creating a certificate for ${names.join(', ')}.`))) return []
      const made = await makeSelfSigned({
        domains: [first, ...others],
        ...(subject !== undefined && { commonName: subject }),
        now: attempt.context.clock.now(),
        lifetime: fiveYears,
      })
      const pair = parseKeyPair(made.certificate, made.key)
      if (isFault(pair)) throw certificateError(`The certificate ${pair.message}.`)
      return await addPair(attempt, pair)
    },
  })
}

function importCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Import-ExchangeCertificate',
    synopsis: 'Takes over a certificate with its private key, in PEM form.',
    parameters: {
      FileData: parameter(bytes, {
        help: "The content of the file: ([System.IO.File]::ReadAllBytes('path')).",
      }),
      FileName: parameter(text, { help: 'The file: certificate, chain and private key, PEM.' }),
      Password: parameter(secureString, { help: 'Opens a private key that is encrypted.' }),
      Server: server,
      PrivateKeyExportable: keyFiles,
      FriendlyName: refused('certificates are named by subject and thumbprint.'),
      Instance: refused('give the file.'),
      ...directoryParameters,
    },
    outputs: ['Thumbprint', 'Services', 'Subject'],
    examples: [
      {
        code: "Import-ExchangeCertificate -FileData ([System.IO.File]::ReadAllBytes('/root/mail.pem'))",
        text: 'Takes over the certificate and key of one file.',
      },
    ],
    async change(given, attempt) {
      refuseTogether(given, ['FileData', 'FileName'])
      requireThisServer(given.Server, (await configuration.read()).Server)
      const { FileData, FileName } = given
      if (FileData === undefined && FileName === undefined) requireParameters(['FileData'])
      const data = FileData ?? (await contentOf(FileName ?? ''))
      const pair = importedPair(data, given.Password?.reveal())
      attempt.concerns(pair.thumbprint)
      const sentence = `Importing certificate ${pair.thumbprint}.`
      return (await attempt.mayGoOn(sentence)) ? await addPair(attempt, pair) : []
    },
  })
}

function enableCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Enable-ExchangeCertificate',
    synopsis: 'Tells whether a certificate serves SMTP: every certificate here does.',
    parameters: {
      Thumbprint: thumbprint,
      Services: { ...servicesParameter, required: true },
      Server: server,
      Force: forceParameter,
      DoNotRequireSsl: refused('there is no web server here.'),
      NetworkServiceAllowed: refused('rights on files are those of the operating system.'),
      Instance: refused('certificates are named by their thumbprint.'),
      ...directoryParameters,
    },
    examples: [
      {
        code: 'Enable-ExchangeCertificate -Thumbprint 5113AE0233A72FCCB75B1D0198628675333D010E -Services SMTP',
        text: 'Fails when there is no such certificate.',
      },
    ],
    async change(given, attempt) {
      attempt.concerns(given.Thumbprint)
      const config = await configuration.read()
      requireThisServer(given.Server, config.Server)
      requireSmtp(given.Services)
      const held = await heldCertificates(config, configuration.dataFolder)
      const { pair } = certificateOf(held, given.Thumbprint, config)
      attempt.context.writeVerbose(
        `The certificate ${pair.thumbprint} serves SMTP, as all certificates of the configuration do.`,
      )
      return []
    },
  })
}

function removeCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Remove-ExchangeCertificate',
    synopsis: 'Removes a certificate; files that a command made for it are deleted.',
    parameters: {
      Thumbprint: thumbprint,
      Server: server,
      Instance: refused('certificates are named by their thumbprint.'),
      ...directoryParameters,
    },
    confirms: 'always',
    examples: [
      {
        code: 'Remove-ExchangeCertificate -Thumbprint 5113AE0233A72FCCB75B1D0198628675333D010E',
        text: 'Asks, and removes it.',
      },
    ],
    async change(given, attempt) {
      attempt.concerns(given.Thumbprint)
      const config = await configuration.read()
      requireThisServer(given.Server, config.Server)
      const held = await heldCertificates(config, configuration.dataFolder)
      const { pair, files } = certificateOf(held, given.Thumbprint, config)
      if (files === undefined) {
        throw certificateError(
          "This is the server's own certificate, which it would make anew; it is used only where no other fits.",
        )
      }
      refuseNamed(config, pair)
      await attempt.apply(`Removing certificate ${pair.thumbprint}.`, (draft) => {
        const index = draft.config.Certificates.findIndex(
          ({ CertificateFile }) => CertificateFile === files.CertificateFile,
        )
        if (index === -1) throw notFound(given.Thumbprint, config.Server, 'ExchangeCertificate')
        draft.document.removeEntry(section, index)
      })
      if (attempt.changed) await forgetPair(files, configuration)
      return []
    },
  })
}

/** Writes the pair's files and names them in the configuration. */
async function addPair(attempt: Attempt, pair: KeyPair): Promise<readonly ShellObject[]> {
  const { configuration } = attempt
  const held = await heldCertificates(await configuration.read(), configuration.dataFolder)
  if (held.some((each) => each.pair.thumbprint === pair.thumbprint))
    throw certificateError(`The certificate with thumbprint ${pair.thumbprint} already exists.`)
  const files = await keepPair(pair, configuration)
  try {
    await attempt.applyNow(({ document }) => document.addEntry(section, { ...files }))
  } finally {
    if (!attempt.changed) await forgetPair(files, configuration)
  }
  return [objectOf({ pair, files }, attempt.context.clock.now())]
}

function certificateOf(
  held: readonly HeldCertificate[],
  wanted: string,
  { Server }: ServerConfig,
): HeldCertificate {
  const plain = wanted.replace(/[\s:]/g, '').toUpperCase()
  const found = held.find(({ pair }) => pair.thumbprint.toUpperCase() === plain)
  if (found === undefined) throw notFound(wanted, Server, 'ExchangeCertificate')
  return found
}

function refuseNamed({ ReceiveConnectors, SendConnectors }: ServerConfig, { name }: KeyPair): void {
  const user = [...ReceiveConnectors, ...SendConnectors].find(
    ({ TlsCertificateName }) =>
      TlsCertificateName !== '' && sameCertificateName(TlsCertificateName, name),
  )
  if (user === undefined) return
  throw certificateError(
    `The connector "${user.Name}" names this certificate as its TlsCertificateName; change that first.`,
  )
}

function requireSmtp(wanted: readonly string[] | undefined): void {
  if (wanted === undefined || (wanted.length === 1 && wanted[0] === 'SMTP')) return
  throw new ShellError('SMTP is the only service of this relay: give -Services SMTP.', {
    ...{ id: 'ServiceNotAvailable', category: 'InvalidArgument' },
  })
}

async function contentOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(resolve(file))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw certificateError(`The file cannot be read: ${reason}`, error)
  }
}

function objectOf({ pair, files }: HeldCertificate, now: number): ShellObject {
  const { publicKey } = new X509Certificate(pair.certificate)
  const isValid = pair.notBefore.getTime() <= now && now < pair.notAfter.getTime()
  return new ShellObject({
    type: 'ExchangeCertificate',
    view: tableView('Thumbprint', 'Services', 'Subject'),
    properties: {
      CertificateDomains: pair.domains,
      HasPrivateKey: true,
      IsSelfSigned: pair.issuer === pair.subject,
      Issuer: pair.issuer,
      NotAfter: pair.notAfter,
      NotBefore: pair.notBefore,
      PublicKeyAlgorithm: publicKey.asymmetricKeyType ?? null,
      PublicKeySize: publicKey.asymmetricKeyDetails?.modulusLength ?? null,
      SerialNumber: pair.serialNumber,
      Services: new Flags(['SMTP']),
      Status: isValid ? 'Valid' : 'DateInvalid',
      Subject: pair.subject,
      Thumbprint: pair.thumbprint,
      TlsCertificateName: pair.name,
      CertificateFile: files?.CertificateFile ?? null,
      Identity: pair.thumbprint,
    },
  })
}
