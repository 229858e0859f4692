import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { day } from '../../../base/time-span.ts'
import type { ServerConfig } from '../../../config/server-config.ts'
import type { AcceptedDomain } from '../../../pipeline/accepted-domain.ts'
import { comparableDomain } from '../../../message/comparable-address.ts'
import { baseDomain, withSubdomains } from '../../../pipeline/accepted-domains.ts'
import type { KeyPair } from '../../../tls/certificates.ts'
import { isFault, parseKeyPair } from '../../../tls/key-pair.ts'
import { makeSelfSigned } from '../../../tls/self-signed.ts'
import { type Cmdlet, type Given, parameter, refused } from '../../shell/cmdlet.ts'
import { forceParameter } from '../../shell/common-parameters.ts'
import { refuseTogether } from '../../shell/parameter-sets.ts'
import { bytes, list, secureString, switchParameter, text } from '../../shell/parameter-types.ts'
import type { ShellObject } from '../../values/value.ts'
import {
  certificateError,
  certificateSection,
  forgetPair,
  heldCertificates,
  importedPair,
  keepPair,
} from './certificate-files.ts'
import {
  certificateParameters,
  keyParameters,
  requireSmtp,
  servicesParameter,
} from './certificate-parameters.ts'
import { type Attempt, changingCmdlet } from './changing-cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { requireParameters } from './connector-cmdlets.ts'
import { certificateObject } from './exchange-certificate-object.ts'
import { requireThisServer } from './this-server.ts'

const fiveYears = 5 * 365 * day
const noRequests = 'requests are made with openssl req.'

const newParameters = {
  DomainName: parameter(list(text), {
    help: 'The names in the certificate.',
    defaultText: 'the name of the server',
  }),
  SubjectName: parameter(text, { help: 'The subject, such as CN=mail.contoso.com.' }),
  IncludeServerFQDN: parameter(switchParameter, {
    help: 'Adds the full name of the server to the names.',
  }),
  IncludeServerNetBIOSName: parameter(switchParameter, {
    help: 'Adds the short name of the server to the names.',
  }),
  IncludeAcceptedDomains: parameter(switchParameter, {
    help: 'Adds the accepted domains to the names; of those with subdomains *.contoso.com as well.',
  }),
  Services: servicesParameter,
  Force: forceParameter,
  GenerateRequest: refused(
    'make the request with openssl req, and bring key and certificate in by Import-ExchangeCertificate.',
  ),
  RequestFile: refused(noRequests),
  BinaryEncoded: refused(noRequests),
  KeySize: refused('keys are of the curve P-256.'),
  ...keyParameters,
  IncludeAutoDiscover: refused('there is no Autodiscover here.'),
  SubjectKeyIdentifier: refused('it is not chosen here.'),
  ...certificateParameters,
}

/** `New-ExchangeCertificate`. */
export function newCertificateCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'New-ExchangeCertificate',
    synopsis: 'Makes a certificate signed by itself, for SMTP.',
    description: 'Certificates with a name that fits a connector are used by it at once.',
    parameters: newParameters,
    outputs: ['Thumbprint', 'Services', 'Subject'],
    examples: [
      {
        code: 'New-ExchangeCertificate -DomainName mail.contoso.com,edge01.contoso.com',
        text: 'Makes a certificate for two names.',
      },
      {
        code: 'New-ExchangeCertificate -IncludeAcceptedDomains',
        text: 'Makes one for the server and all domains that it takes mail for.',
      },
    ],
    async change(given, attempt) {
      const config = await configuration.read()
      requireThisServer(given.Server, config.Server)
      requireSmtp(given.Services)
      const { first, names } = namesOf(given, config)
      const commonName = commonNameOf(given.SubjectName)
      attempt.concerns(first)
      if (!(await attempt.mayGoOn(`Creating a certificate for ${names.join(', ')}.`))) return []
      const made = await makeSelfSigned({
        domains: names,
        ...(commonName !== undefined && { commonName }),
        now: attempt.context.clock.now(),
        lifetime: fiveYears,
      })
      const pair = parseKeyPair(made.certificate, made.key)
      if (isFault(pair)) throw certificateError(`The certificate ${pair.message}.`)
      return await addPair(attempt, pair)
    },
  })
}

/** The names in the new certificate, each once. */
function namesOf(
  given: Given<typeof newParameters>,
  { Server: { Fqdn, Name }, AcceptedDomains }: ServerConfig,
) {
  const chosen = [
    ...(given.DomainName ?? [Fqdn]),
    ...(given.IncludeServerFQDN === true ? [Fqdn] : []),
    ...(given.IncludeServerNetBIOSName === true ? [Name] : []),
    ...(given.IncludeAcceptedDomains === true ? AcceptedDomains.flatMap(domainNames) : []),
  ]
  const [first = Fqdn, ...others] = new Set(chosen.map(comparableDomain))
  return { first, names: [first, ...others] as const }
}

/** The names that stand in a certificate for an accepted domain. */
function domainNames(domain: AcceptedDomain): readonly string[] {
  const base = baseDomain(domain)
  return withSubdomains(domain) ? [base, `*.${base}`] : [base]
}

/** Of `CN=mail.contoso.com` the name. */
function commonNameOf(subject: string | undefined): string | undefined {
  const name = subject?.trim().replace(/^CN\s*=\s*/i, '')
  if (name === undefined || /^[^=,]+$/.test(name)) return name
  throw certificateError(
    `The subject "${subject}" is not possible: it is a single name here, such as CN=mail.contoso.com.`,
  )
}

/** `Import-ExchangeCertificate`. */
export function importCertificateCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Import-ExchangeCertificate',
    synopsis: 'Takes over a certificate with its private key, in PEM form.',
    parameters: {
      FileData: parameter(bytes, {
        help: "The content of the file: ([System.IO.File]::ReadAllBytes('path')).",
      }),
      FileName: parameter(text, { help: 'The file: certificate, chain and private key, PEM.' }),
      Password: parameter(secureString, { help: 'Opens a private key that is encrypted.' }),
      ...keyParameters,
      ...certificateParameters,
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

/** Writes the pair's files and names them in the configuration. */
async function addPair(attempt: Attempt, pair: KeyPair): Promise<readonly ShellObject[]> {
  const { configuration } = attempt
  const held = await heldCertificates(await configuration.read(), configuration.dataFolder)
  if (held.some((each) => each.pair.thumbprint === pair.thumbprint))
    throw certificateError(`The certificate with thumbprint ${pair.thumbprint} already exists.`)
  const files = await keepPair(pair, configuration)
  try {
    await attempt.applyNow(({ document }) => document.addEntry(certificateSection, { ...files }))
  } finally {
    if (!attempt.changed) await forgetPair(files, configuration)
  }
  return [certificateObject({ pair, files }, attempt.context.clock.now())]
}

async function contentOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(resolve(file))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw certificateError(`The file cannot be read: ${reason}`, error)
  }
}
