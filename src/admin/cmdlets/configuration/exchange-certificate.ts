import type { ServerConfig } from '../../../config/server-config.ts'
import { fitsDomain } from '../../../tls/certificate-choice.ts'
import { sameCertificateName } from '../../../tls/certificate-name.ts'
import type { KeyPair } from '../../../tls/certificates.ts'
import { type Cmdlet, defineCmdlet, parameter, refused } from '../../shell/cmdlet.ts'
import { forceParameter } from '../../shell/common-parameters.ts'
import { identityAmong, list, text } from '../../shell/parameter-types.ts'
import { importCertificateCmdlet, newCertificateCmdlet } from './added-certificate.ts'
import {
  certificateError,
  certificateSection,
  forgetPair,
  heldCertificates,
} from './certificate-files.ts'
import {
  certificateOf,
  certificateParameters,
  requireSmtp,
  servicesParameter,
  thumbprintHelp,
  thumbprintParameter,
} from './certificate-parameters.ts'
import { changingCmdlet } from './changing-cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { certificateObject } from './exchange-certificate-object.ts'
import { notFound } from './identities.ts'
import { requireThisServer } from './this-server.ts'

/** The commands on certificates. */
export function exchangeCertificateCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return [
    getCmdlet(configuration),
    newCertificateCmdlet(configuration),
    importCertificateCmdlet(configuration),
    enableCmdlet(configuration),
    removeCmdlet(configuration),
  ]
}

function getCmdlet(configuration: Configuration): Cmdlet {
  return defineCmdlet({
    name: 'Get-ExchangeCertificate',
    synopsis: 'Shows the certificates that the server can use for TLS.',
    parameters: {
      Thumbprint: parameter(identityAmong('Get-ExchangeCertificate', 'Thumbprint'), {
        help: `${thumbprintHelp} Without it all are shown.`,
        aliases: ['Identity'],
        ...{ position: 0, pipeline: 'both' },
      }),
      DomainName: parameter(list(text), { help: 'Only certificates for one of these names.' }),
      ...certificateParameters,
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
        if (domains === undefined || domains.some(fits)) yield certificateObject(each, clock.now())
      }
    },
  })
}

function enableCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Enable-ExchangeCertificate',
    synopsis: 'Tells whether a certificate serves SMTP: every certificate here does.',
    parameters: {
      Thumbprint: thumbprintParameter,
      Services: { ...servicesParameter, required: true },
      Force: forceParameter,
      DoNotRequireSsl: refused('there is no web server here.'),
      NetworkServiceAllowed: refused('rights on files are those of the operating system.'),
      ...certificateParameters,
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
      Thumbprint: thumbprintParameter,
      ...certificateParameters,
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
        draft.document.removeEntry(certificateSection, index)
      })
      if (attempt.changed) await forgetPair(files, configuration)
      return []
    },
  })
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
