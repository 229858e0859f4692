import { generate } from 'selfsigned'
import { day } from '../base/time-span.ts'

/** A certificate with its key, PEM. */
export interface LabCertificate {
  readonly certificate: string
  readonly key: string
}

export interface LabCertificateOptions {
  readonly notBefore?: Date
  readonly notAfter?: Date
}

/** Makes a self-signed certificate for `hostname`, good for a year from yesterday on. */
export async function makeLabCertificate(
  hostname: string,
  options: LabCertificateOptions = {},
): Promise<LabCertificate> {
  const { notBefore = new Date(Date.now() - day), notAfter = new Date(Date.now() + 365 * day) } =
    options
  const made = await generate([{ name: 'commonName', value: hostname }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: notBefore,
    notAfterDate: notAfter,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: hostname }] },
    ],
  })
  return { certificate: made.cert, key: made.private }
}
