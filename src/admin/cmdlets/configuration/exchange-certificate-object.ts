import { X509Certificate } from 'node:crypto'
import { tableView } from '../../values/view.ts'
import { Flags, ShellObject } from '../../values/value.ts'
import type { HeldCertificate } from './certificate-files.ts'

const view = tableView('Thumbprint', 'Services', 'Subject')

/** A certificate as Get-ExchangeCertificate shows it at a time. */
export function certificateObject({ pair, files }: HeldCertificate, now: number): ShellObject {
  const { publicKey } = new X509Certificate(pair.certificate)
  const isValid = pair.notBefore.getTime() <= now && now < pair.notAfter.getTime()
  return new ShellObject({
    type: 'ExchangeCertificate',
    view,
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
